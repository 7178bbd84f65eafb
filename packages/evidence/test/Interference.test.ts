import * as FromRequests from "@ebb/evidence/learn/FromRequests"
import { aloneMs, interference } from "@ebb/evidence/learn/Interference"
import { toEnd } from "@ebb/evidence/learn/Steps"
import { learnInTurns } from "@ebb/evidence/learn/Learn"
import { warmUp } from "@ebb/evidence/learn/WarmUp"
import { quantile, sampleOf } from "@ebb/evidence/learn/Sample"
import { Outcome, Reached, type Requests } from "@ebb/evidence/requests/Requests"
import { RequestTable } from "@ebb/evidence/requests/RequestTable"
import * as Random from "@ebb/sim/workload/Random"
import { sampler } from "@ebb/sim/workload/Distribution"
import type { Pace } from "@ebb/sim/spec/RunnerPace"
import { SharedWork } from "@ebb/sim/world/SharedWork"
import { Cause, Effect, Exit } from "effect"
import { assert, describe, it } from "vitest"

const random = Random.make(5)
const draw = (distribution: Parameters<typeof sampler>[0]) => sampler(distribution, () => new Float64Array())
const service = draw({ lognormal: { p50: "2s", p99: "6s" } })

/** What a log tells of runners that do what the model says, each with a request every two seconds or so for half an hour. */
const seen = (pace: Pace, runners: number): Requests => {
  const table = new RequestTable()
  const gap = draw({ exponential: { mean: "2s" } })
  for (let runner = 0; runner < runners; runner++) {
    const readyMs = 1e12 + runner * 300_000
    const work = new SharedWork(pace, readyMs)
    const starts: Array<number> = []
    const end = (atMs: number): void => {
      work.advance(atMs)
      for (let job = work.takeDone(); job !== null; job = work.takeDone()) {
        const startMs = starts[job.slot]!
        table.add({
          arrivalMs: startMs,
          startMs,
          endMs: atMs,
          outcome: Outcome.completed,
          runner: `r${runner}`,
          id: null,
          tokens: NaN,
          reached: Reached.notSaid
        })
      }
    }
    for (let atMs = readyMs; atMs < readyMs + 1_800_000;) {
      const arrivalMs = atMs + gap.sample(random, runner, starts.length)
      for (let doneMs = work.next(); doneMs <= arrivalMs; doneMs = work.next()) end(doneMs)
      work.add(
        arrivalMs,
        { slot: starts.length, epoch: 1, deadlineMs: Infinity },
        service.sample(random, 100 + runner, starts.length)
      )
      starts.push(arrivalMs)
      atMs = arrivalMs
    }
    for (let doneMs = work.next(); doneMs !== Infinity; doneMs = work.next()) end(doneMs)
  }
  return table.finish({ duration: "service", waits: true, outcomes: true }, [], { hasBothEnds: true })
}

describe("how requests on a runner slow each other down", () => {
  it.each([0, 0.04, 0.15, 0.5])("is learnt from a log that has runners: %d", (value) => {
    const found = toEnd(interference(seen({ interference: value, warmUp: null }, 8)))!
    assert.closeTo(found.value, value, Math.max(0.01, 3 * found.error))
    assert.isBelow(found.error, value === 0.5 ? 0.015 : 0.01)
  })

  it("is not searched for any longer once somebody said to stop", async () => {
    const requests = seen({ interference: 0.5, warmUp: null }, 8)
    const stop = new AbortController()
    setTimeout(() => stop.abort())
    const learning = learnInTurns([{ source: "a", requests, findings: [], missing: [], notes: [] }])
    const exit = await Effect.runPromiseExit(learning, { signal: stop.signal })
    assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
  })

  it("is taken out of the service times that the spec gets", () => {
    const requests = seen({ interference: 0.5, warmUp: null }, 8)
    const median = (values: Float64Array): number => quantile(sampleOf(values), 0.5)
    assert.isAbove(median(aloneMs(requests, 0)), 2500)
    assert.closeTo(median(aloneMs(requests, 0.5)), 2000, 60)
    const { note, value } = FromRequests.findings(requests, "log").find(({ path }) => path === "runner.interference")!
    assert.closeTo(Number(value), 0.5, 0.05)
    assert.match(note, /^± 0\.0\d+: by so much each other request on its runner slows one down$/)
  })

  it("is 0 where none can be told, and not learnt from requests that never met", () => {
    const found = FromRequests.findings(seen({ interference: 0, warmUp: null }, 3), "log")
    assert.strictEqual(found.find(({ path }) => path === "runner.interference")!.value, "0")
    const table = new RequestTable()
    for (let at = 0; at < 500; at++) {
      table.add({
        arrivalMs: at * 1000,
        startMs: at * 1000,
        endMs: at * 1000 + 500,
        outcome: 0,
        runner: "r",
        id: null,
        tokens: NaN,
        reached: Reached.notSaid
      })
    }
    assert.isNull(toEnd(interference(table.finish({ duration: "service", waits: true, outcomes: true }, []))))
  })
})

describe("how a runner gets warm", () => {
  it("is learnt from runners that were seen to begin", () => {
    const requests = seen({ interference: 0, warmUp: { kind: "requests", requests: 10, factor: 3 } }, 8)
    const found = warmUp(requests, 0)!
    assert.strictEqual(found.requests, 10)
    assert.closeTo(found.factor, 3, 0.3)
    assert.strictEqual(found.n, 7)
  })

  it("is not made up of requests that began at one instant and were told the longest first", () => {
    const table = new RequestTable()
    for (let runner = 0; runner < 30; runner++) {
      for (let at = 0; at < 40; at++) {
        // Four begin together; the sum of their work is the same whichever is first.
        const startMs = 1e12 + runner * 1000 + Math.floor(at / 4) * 500
        const endMs = startMs + 100 * (4 - (at % 4))
        table.add({
          arrivalMs: startMs,
          startMs,
          endMs,
          outcome: 0,
          runner: `r${runner}`,
          id: null,
          tokens: NaN,
          reached: Reached.notSaid
        })
      }
    }
    assert.isNull(warmUp(table.finish({ duration: "service", waits: true, outcomes: true }, []), 0))
  })

  it("is not made up where first requests take as long as others", () => {
    assert.isNull(warmUp(seen({ interference: 0, warmUp: null }, 8), 0))
  })
})
