import * as Check from "@ebb/drain-check/Check"
import type { AdviceCode, CheckReport } from "@ebb/drain-check/CheckReport"
import { type CheckSettings, defaults } from "@ebb/drain-check/CheckSettings"
import * as Facts from "@ebb/drain-check/findings/Facts"
import * as Findings from "@ebb/drain-check/findings/Findings"
import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import { availableParallelism, loadavg } from "node:os"
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
  startupMs: 60_000,
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
export const problems = ({ advice }: CheckReport): ReadonlyArray<AdviceCode> =>
  advice.filter(({ isProblem }) => isProblem).map(({ code }) => code)

/** The codes of all that is said. */
export const codes = ({ advice }: CheckReport): ReadonlyArray<string> => advice.map(({ code }) => code)

/** Why a test is skipped that could not be judged. */
export const busy = "the machine was too busy to tell"

/** So many processes wait for each processor. */
const busyLoad = 3

/** Whether the report says that the machine kept ebb from looking, or the machine that it has far too much to do. */
export const wasBusy = ({ graceful, idle, kept }: CheckReport): boolean =>
  loadavg()[0]! > busyLoad * availableParallelism() ||
  [graceful, kept, idle].some((rollout) => rollout !== null && Facts.wasHeldUp(rollout))

/** Whether a check says that it could not tell, on a machine that kept it from looking, and nothing else that is not right. */
export const couldNotTell = (report: CheckReport, right: ReadonlyArray<AdviceCode> = []): boolean => {
  const others = problems(report).filter((code) => !right.includes(code))
  return wasBusy(report) && others.length > 0 && others.every((code) => Findings.undecided.has(code))
}

/** Ends the test as one that was not judged. */
export type Skip = (why: string) => void

/** The report on a server of which it was told what it does; the test is over where the machine was too busy to tell. */
export const told = async (
  skip: Skip,
  command: ReadonlyArray<string>,
  changes: Changes = {},
  right: ReadonlyArray<AdviceCode> = []
): Promise<CheckReport> => {
  const report = await check(command, changes)
  if (couldNotTell(report, right)) skip(busy)
  return report
}
