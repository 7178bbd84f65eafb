import * as Assertion from "@ebb/sim/report/Assertion"
import * as AssertionText from "@ebb/sim/report/AssertionText"
import { modeReport } from "@ebb/sim/measure/Aggregate"
import type { Checked, RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import { Result } from "effect"
import { assert, describe, expect, it } from "vitest"
import { runsOf } from "./Runs.ts"

const runs = runsOf([
  { cut: 1, errored: 1, errors: { runner_disconnected: 1 }, p99: 2000, recoveryMs: 60_000 },
  { cut: 1, errored: 3, errors: { runner_disconnected: 3 }, p99: 2000, recoveryMs: 60_000 }
])

const report: RehearsalReport = {
  version: 1,
  spec: {},
  seeds: 2,
  moment: null,
  modes: [modeReport("graceful", runs), modeReport("force", runsOf([{ recoveryMs: null }, { recoveryMs: null }]))],
  differences: [],
  advice: null
}

const check = (text: string): Result.Result<Checked, Assertion.AssertionError> =>
  Result.flatMap(Assertion.parse(text), (parsed) => Assertion.check(parsed, report))

const passes = (text: string): boolean => Result.getOrThrow(check(text)).passed

const refusal = (text: string): string =>
  Result.match(check(text), { onFailure: ({ message }) => message, onSuccess: () => "accepted" })

const billable = Math.ceil(report.modes[0]!.runnerSeconds.billable!.mean)

describe("an assertion", () => {
  it("takes a state of runners that no run had for 0 in all of them", () => {
    assert.isTrue(passes("graceful.runnerSeconds.byState.DOCKER_PULL == 0s"))
    assert.match(refusal("graceful.runnerSeconds.byState.DRAININ == 0s"), /did you mean DRAINING\?/)
  })

  it.each([
    ["graceful.requests.errored == 2", true],
    ["graceful.requests.errored == 2.5", false],
    ["graceful.requests.errored != 2", false],
    ["graceful.requests.errored < 2", false],
    ["graceful.requests.errored <= 2", true],
    ["graceful.requests.errored > 1.9", true],
    ["graceful.requests.errored >= 2.1", false],
    ["graceful.requests.errored>-1", true],
    ["  graceful.requests.errored  ==  2  ", true]
  ])("%s: %s", (text, expected) => assert.strictEqual(passes(text), expected))

  it("is told in the units of the tables; no time is less than none", () => {
    const told = (recoveryMs: ReadonlyArray<number>): string => {
      const modes = [modeReport("graceful", runsOf(recoveryMs.map((each) => ({ recoveryMs: each }))))]
      const assertion = Result.getOrThrow(Assertion.parse("graceful.capacity.recoveryMs < 1s"))
      return AssertionText.reason(Result.getOrThrow(Assertion.check(assertion, { ...report, modes })))
    }
    assert.strictEqual(told([60_000, 65_000]), "mean 1 min 3 s (30.7 s to 1 min 34 s), 2 seeds")
    assert.strictEqual(told([0, 65_000]), "mean 32.5 s (0 s to 7 min 25 s), 2 seeds")
  })

  it("is told by the part that was compared, beside the mean", () => {
    const told = (text: string): string => AssertionText.reason(Result.getOrThrow(check(text)))
    assert.strictEqual(told("graceful.requests.errored.high < 5"), "high 14.71, mean 2 (0 to 14.71), 2 seeds")
    assert.strictEqual(told("graceful.graceNeededMs.p95 < 9s"), "mean 5.0 s, 2 seeds")
    assert.strictEqual(told("graceful.latencyMs.during.max < 9s"), "mean 2.0 s, 2 seeds")
    assert.strictEqual(told("graceful.latencyMs.during.max.n > 1"), "n 2, mean 2.0 s, 2 seeds")
    const modes = [
      modeReport(
        "graceful",
        runsOf([
          { cut: 1, graceNeededMs: 1000 },
          { cut: 1, graceNeededMs: 3000 }
        ])
      )
    ]
    const assertion = Result.getOrThrow(Assertion.parse("graceful.graceNeededMs.p95 < 2s"))
    const reason = AssertionText.reason(Result.getOrThrow(Assertion.check(assertion, { ...report, modes })))
    assert.match(reason, /^p95 3\.0 s, mean 2\.0 s \(/)
  })

  it("means the mean, unless it says low, high or n", () => {
    // 1 and 3: the interval is 2 ± 12.7, and a count's begins at 0.
    assert.isTrue(passes("graceful.requests.errored.mean == 2"))
    assert.isTrue(passes("graceful.requests.errored.low == 0"))
    assert.isTrue(passes("graceful.requests.errored.high > 14.7"))
    assert.isFalse(passes("graceful.requests.errored.high < 14.7"))
    assert.isTrue(passes("graceful.requests.errored.n == 2"))
    assert.isTrue(passes("graceful.latencyMs.during.mean < 1s"))
  })

  it("takes the units of times: milliseconds, seconds, minutes, hours", () => {
    for (const limit of ["2000", "2000ms", "2s", "2 s"]) {
      assert.isTrue(passes(`graceful.latencyMs.during.p99 == ${limit}`), limit)
    }
    assert.isTrue(passes("graceful.capacity.recoveryMs == 1m"))
    assert.isTrue(passes("graceful.capacity.recoveryMs < 0.5h"))
    // Seconds in the report.
    assert.isTrue(passes(`graceful.runnerSeconds.billable <= ${billable}`))
    assert.isTrue(passes(`graceful.runnerSeconds.billable <= ${billable}s`))
    assert.isFalse(passes(`graceful.runnerSeconds.billable <= ${billable - 1}s`))
  })

  it.each([
    ["graceful.requests.errored < 1s", "graceful.requests.errored is a count; write < 1"],
    ["graceful.requests.errored < 5%", "graceful.requests.errored is a count; write < 5"],
    ["graceful.requests.errored == false", "graceful.requests.errored is a count; write == 0"],
    ["graceful.cost.amount < 3ms", "graceful.cost.amount is an amount of money; write < 3"],
    ["graceful.cost.ratePerHour < 3h", "graceful.cost.ratePerHour is an amount of money; write < 3"],
    [
      "graceful.latencyMs.during.p99 < 5%",
      "graceful.latencyMs.during.p99 is a time; write < 5 with ms, s, m or h, such as < 5s"
    ],
    ["graceful.latencyMs.during.p99.n > 1s", "graceful.latencyMs.during.p99.n is a count; write > 1"],
    ["graceful.latencyMs.during.count > 1m", "graceful.latencyMs.during.count is a count; write > 1"],
    ["graceful.errorsByType.request_timeout < 1s", "graceful.errorsByType.request_timeout is a count; write < 1"],
    ["graceful.rollouts.0.errored.high < 1s", "graceful.rollouts.0.errored.high is a count; write < 1"],
    ["graceful.stability.runs < 1s", "graceful.stability.runs is a count; write < 1"]
  ])("refuses a unit that the measure cannot have: %s", (text, problem) => {
    assert.strictEqual(refusal(text), `--assert "${text}": ${problem}`)
  })

  it.each([
    "graceful.rollouts.0.durationMs.high < 15m",
    "graceful.graceNeededMs.p95 < 5s",
    "graceful.stability.sinceMs < 1h",
    "graceful.runnerSeconds.byState.IDLE.low < 1h"
  ])("takes a unit of time for %s", (text) => assert.isTrue(Result.isSuccess(Assertion.parse(text))))

  it("fails where no seed has a value, whatever it says", () => {
    for (const operator of ["==", "!=", "<", "<=", ">", ">="]) {
      const checked = Result.getOrThrow(check(`force.capacity.recoveryMs ${operator} 0`))
      assert.deepStrictEqual([checked.passed, checked.actual], [false, null])
    }
    assert.isFalse(passes("force.capacity.recoveryMs.n == 0"))
  })

  it("shows the measure with its interval", () => {
    const { actual } = Result.getOrThrow(check("graceful.requests.errored == 0"))
    assert.deepStrictEqual(actual, report.modes[0]!.requests.errored)
  })

  it("takes an error type that no run had for 0", () => {
    assert.isTrue(passes("graceful.errorsByType.runner_disconnected == 2"))
    assert.isTrue(passes("graceful.errorsByType.request_timeout == 0"))
    assert.isTrue(passes("force.errorsByType.runner_disconnected.high == 0"))
  })

  it("takes no error type that there is not", () => {
    const problem = (text: string): string => refusal(text).slice(`--assert "${text}": `.length)
    assert.strictEqual(
      problem("graceful.errorsByType.runner_disconected == 0"),
      "there is no runner_disconected in graceful.errorsByType; did you mean runner_disconnected?"
    )
    assert.match(
      problem("graceful.errorsByType.fire == 0"),
      /^there is no fire in graceful.errorsByType; it has request_timeout, startup_timeout, /
    )
    assert.match(problem("graceful.errorsByType.none == 0"), /^there is no none in graceful.errorsByType; /)
    assert.match(
      problem("graceful.errorsByType == 0"),
      /^graceful.errorsByType is no measure; it has request_timeout, /
    )
  })

  it("is also about a plain number of the report", () => {
    assert.isTrue(passes("graceful.rollouts.0.finished == 2"))
    assert.isTrue(passes("graceful.cost.ratePerHour < 2"))
  })

  it("of a measure that is not there says what is", () => {
    expect(refusal("gracefull.requests.errored == 0")).toMatchInlineSnapshot(
      `"--assert "gracefull.requests.errored == 0": there is no gracefull in the report; did you mean graceful?"`
    )
    expect(refusal("replace.requests.errored == 0")).toMatchInlineSnapshot(
      `"--assert "replace.requests.errored == 0": there is no replace in the report; it has graceful, force"`
    )
    expect(refusal("graceful.request.errored == 0")).toMatchInlineSnapshot(
      `"--assert "graceful.request.errored == 0": there is no request in graceful; did you mean requests?"`
    )
    expect(refusal("graceful.inFlight.lost == 0")).toMatchInlineSnapshot(
      `"--assert "graceful.inFlight.lost == 0": there is no lost in graceful.inFlight; it has atStart, drained, errored, retried, cancelled, unresolved, direct, queued"`
    )
    expect(refusal("graceful.inFlight.direct.eroded == 0")).toMatchInlineSnapshot(
      `"--assert "graceful.inFlight.direct.eroded == 0": there is no eroded in graceful.inFlight.direct; did you mean errored?"`
    )
    expect(refusal("graceful.latencyMs.during.p95 < 2s")).toMatchInlineSnapshot(
      `"--assert "graceful.latencyMs.during.p95 < 2s": there is no p95 in graceful.latencyMs.during; did you mean p90?"`
    )
    expect(refusal("graceful.latencyMs.during < 2s")).toMatchInlineSnapshot(
      `"--assert "graceful.latencyMs.during < 2s": graceful.latencyMs.during is no measure; it has mean, p50, p90, p99, max, count"`
    )
    expect(refusal("graceful.requests.errored.median == 0")).toMatchInlineSnapshot(
      `"--assert "graceful.requests.errored.median == 0": there is no median in graceful.requests.errored; it has mean, low, high, n"`
    )
    expect(refusal("graceful.requests.errored.low.low == 0")).toMatchInlineSnapshot(
      `"--assert "graceful.requests.errored.low.low == 0": there is no low in graceful.requests.errored.low"`
    )
    expect(refusal("graceful == 0")).toMatchInlineSnapshot(
      `"--assert "graceful == 0": graceful is no measure; it has requests, inFlight, latencyMs, queueWaitMs, capacity, graceNeededMs, coldStarts, runnerSeconds, cost, lostWork, errorsByType, stability, rollouts, timeline"`
    )
    expect(refusal("graceful.mode == 0")).toMatchInlineSnapshot(
      `"--assert "graceful.mode == 0": graceful.mode is no measure"`
    )
    expect(refusal("graceful.constructor.name == 0")).toMatchInlineSnapshot(
      `"--assert "graceful.constructor.name == 0": there is no constructor in graceful; it has requests, inFlight, latencyMs, queueWaitMs, capacity, graceNeededMs, coldStarts, runnerSeconds, cost, lostWork, errorsByType, stability, rollouts, timeline"`
    )
    expect(refusal("graceful.cost.currency == 0")).toMatchInlineSnapshot(
      `"--assert "graceful.cost.currency == 0": graceful.cost.currency is no measure"`
    )
  })
})
