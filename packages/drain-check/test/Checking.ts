import * as Check from "@ebb/drain-check/Check"
import type { CheckReport } from "@ebb/drain-check/CheckReport"
import { type CheckSettings, defaults } from "@ebb/drain-check/CheckSettings"
import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import { fileURLToPath } from "node:url"

/** The folder of the servers that are checked. */
export const folder = fileURLToPath(new URL("fixtures/servers", import.meta.url))

/** What a test says of a check; the rest is that of `ebb check`, in less time. */
export interface Changes extends Partial<Omit<CheckSettings, "request">> {
  readonly request?: Partial<CheckSettings["request"]>
}

/** A shorter check than `ebb check` makes, of the graceful rollout alone unless it names others. */
const settings = (command: ReadonlyArray<string>, { request, ...changes }: Changes = {}): CheckSettings => ({
  ...defaults,
  command,
  cwd: folder,
  graceMs: 6000,
  lingerMs: 500,
  startupMs: 20_000,
  loadMs: 800,
  patienceMs: 8000,
  runs: ["graceful"],
  // Where a look takes long, those of one rollout would hold up the others.
  isParallel: !CurrentSystem.current().isSlow,
  ...changes,
  request: { ...defaults.request, ...request }
})

/** The report on one of the servers. */
export const check = (command: ReadonlyArray<string>, changes: Changes = {}): Promise<CheckReport> =>
  Check.run(settings(command, changes))

/** The codes of what is wrong; notes left out. */
export const problems = ({ advice }: CheckReport): ReadonlyArray<string> =>
  advice.filter(({ isProblem }) => isProblem).map(({ code }) => code)

/** The codes of all that is said. */
export const codes = ({ advice }: CheckReport): ReadonlyArray<string> => advice.map(({ code }) => code)
