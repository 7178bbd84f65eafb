import type { RunnerDriver } from "@ebb/core/fleet/FleetPort"
import type { Runner } from "@ebb/core/tables/Records"
import type { Answer, Call } from "./Call.ts"
import type { ShellRunner, ShellSession, TerminalSize } from "./ShellSession.ts"

/** What can be made to happen to a runner; until `forMs` (Fleet milliseconds) are over, null: until it is killed. */
export interface RunnerFault {
  readonly do: "crash" | "hang" | "slow"
  readonly forMs: number | null
}

/** Drives runners of a live world; what becomes of them goes back into the Fleet as inputs. */
export interface LiveDriver {
  /** Does what the Fleet asks. */
  readonly runners: RunnerDriver
  /** Makes something happen to a runner that is alive, now. */
  readonly fault: (nowMs: number, runner: Runner, fault: RunnerFault) => void
  /** What a request was answered that is completed, where the driver has kept that to itself. */
  readonly answerOf: (call: Call) => Answer | null
}

/** Runs the runners of a revision as processes. */
export interface RunnerProcesses extends LiveDriver {
  /** What asks them to end. */
  readonly stopSignal: string
  /** Runs a command beside the runner's process; an empty one is a shell. */
  readonly shell: (runner: ShellRunner, command: ReadonlyArray<string>, terminal: TerminalSize | null) => ShellSession
}
