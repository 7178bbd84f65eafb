import { Context } from "effect"
import type { LiveRevision } from "./LiveApp.ts"
import type { RunnerProcesses } from "./LiveDriver.ts"

/** What decides how the runners of a revision are run. */
export type RevisionSource = Pick<LiveRevision, "spec" | "folder">

/** Runs the runners of revisions as processes where their spec says so. */
export class Processes extends Context.Service<
  Processes,
  {
    /** Whether runners may be commands and handlers of the user. */
    readonly areAllowed: boolean
    /** Null: the runners of that revision are simulated. */
    readonly of: (revision: RevisionSource) => RunnerProcesses | null
    /** Whether any process of a runner lives, one that a runner has left behind too. */
    readonly areRunning: () => boolean
  }
>()("@ebb/runtime/kernel/Processes") {}
