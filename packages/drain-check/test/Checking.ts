import * as Check from "@ebb/drain-check/Check"
import type { CheckReport } from "@ebb/drain-check/CheckReport"
import type { CheckSettings } from "@ebb/drain-check/CheckSettings"
import { fileURLToPath } from "node:url"

/** The folder of the servers that are checked. */
export const folder = fileURLToPath(new URL("fixtures/servers", import.meta.url))

/** 200 requests a second for a shorter while than `ebb check` does, of which each takes 600 ms. */
export const settings = (command: ReadonlyArray<string>, changes: Partial<CheckSettings> = {}): CheckSettings => ({
  command,
  cwd: folder,
  request: { method: "GET", path: "/", body: null },
  ratePerSecond: 200,
  graceMs: 10_000,
  startupMs: 20_000,
  loadMs: 2000,
  ...changes
})

/** The report on one of the servers. */
export const check = (command: ReadonlyArray<string>, changes: Partial<CheckSettings> = {}): Promise<CheckReport> =>
  Check.run(settings(command, changes), { aborted: new AbortController().signal, onSend: () => {} })

/** The codes of what is wrong; notes left out. */
export const problems = ({ advice }: CheckReport): ReadonlyArray<string> =>
  advice.filter(({ isProblem }) => isProblem).map(({ code }) => code)

/** The codes of all that is said. */
export const codes = ({ advice }: CheckReport): ReadonlyArray<string> => advice.map(({ code }) => code)
