import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as RolloutText from "@ebb/cli/sandbox/RolloutText"
import { assert, it } from "@effect/vitest"
import { report } from "./golden/Samples.ts"

const file = { isTerminal: false, colour: false, unicode: true, columns: null }

const interrupted = (): RolloutReport => {
  const fates = { atStart: 3, drained: 1, errored: 0, retried: 0, cancelled: 1, unresolved: 1 }
  const [runner] = report.runners
  return {
    ...report,
    state: "interrupted",
    inFlight: { ...fates, direct: fates, queued: report.inFlight.queued },
    runners: [{ ...runner!, inFlightAtStart: 3, drained: 1, cancelled: 1, drainMs: null, endedBy: null }]
  }
}

const cells = (line: string | undefined): ReadonlyArray<string> =>
  (line ?? "").split(/[│┃]/).flatMap((cell) => (cell.trim() === "" ? [] : [cell.trim()]))

const table = (of: RolloutReport) => {
  const lines = RolloutText.render(of, file).split("\n")
  const header = cells(lines.find((line) => line.includes("Runner ID")))
  const row = cells(lines.find((line) => line.includes("│ ")))
  return Object.fromEntries(header.map((name, at) => [name, row[at]]))
}

it("a report whose requests have no outcome says so, in its sentence, its rows and its table", () => {
  const text = RolloutText.render(interrupted(), file)
  assert.include(text, "3 requests in flight, 1 drained, 0 errored, 1 cancelled, 1 unresolved. 1 runner, interrupted")
  assert.match(text, /\n {2}unresolved +1 \(1 direct, 0 queued\)\n/)
  const { Cancelled, Drained, Errored, Retried, Unresolved } = table(interrupted())
  assert.deepStrictEqual([Drained, Errored, Retried, Cancelled, Unresolved], ["1", "0", "0", "1", "1"])
})

it("a report whose requests all have one has no column for those without", () => {
  assert.notInclude(RolloutText.render(report, file), "nresolved")
  assert.deepStrictEqual(Object.keys(table(report)).slice(3), ["Drained", "Errored", "Retried", "Drain", "Ended By"])
})
