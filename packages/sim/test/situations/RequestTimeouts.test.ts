import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

interface Given {
  readonly grace: string
  readonly limit: string
  readonly service: unknown
  readonly more?: object
}

const spec = ({ grace, limit, more = {}, service }: Given, kind = "direct"): RehearsalSpec =>
  specOf({
    app: { max_multiplexing: 1, termination_grace_period: grace, request_timeout: limit },
    scaling: { min_concurrency: 6, max_concurrency: 12 },
    runner: { scheduling: "1s", setup: "4s", ...more },
    traffic: [{ kind, arrivals: { poisson: "12/m" }, service }],
    rollouts: [{ at: "10m" }],
    run: { for: "20m", warmup: "2m", seeds: 6, modes: ["none", "graceful"] }
  })

const becauseOf = async (of: RehearsalSpec): Promise<string> =>
  (await Effect.runPromise(Experiment.run(of))).advice!.because

describe("requests that reach request_timeout while their runner drains", () => {
  /** Its runners are still there at the end of the grace period, their requests are not. */
  const early = { grace: "60s", limit: "20s", service: "5m", more: { teardown: "2m" } }

  it.each(["direct", "queued"])("were not cut by the grace period: %s", async (kind) => {
    const given = spec(early, kind)
    const { cutByGrace, remainingMs, rollouts } = Simulation.run(given, "graceful", 1)
    const [{ inFlight, runners } = assert.fail()] = rollouts
    assert.isAbove(inFlight.errored + inFlight.retried, 0)
    assert.isTrue(runners.some(({ errored, graceExceeded, retried }) => graceExceeded && errored + retried > 0))
    assert.deepStrictEqual([cutByGrace, remainingMs], [{ requests: 0, timingOut: 0 }, []])
    assert.notInclude(await becauseOf(given), "grace period")
  })

  it("nor were those on runners that hang", async () => {
    const faults = { plan: [{ at: "599s", runner: "all", do: "hang" }] }
    const given = spec({ ...early, service: "15s" })
    const hanging = specOf({ ...given.text, faults })
    const { cutByGrace, inFlight } = Simulation.run(hanging, "graceful", 1)
    assert.isAbove(inFlight.errored, 0)
    assert.strictEqual(cutByGrace.requests, 0)
    assert.notInclude(await becauseOf(hanging), "grace period")
  })
})

describe("requests that the end of the grace period cuts", () => {
  it("are not said to be saved by a longer one where request_timeout comes first", async () => {
    const because = await becauseOf(spec({ grace: "10s", limit: "60s", service: "5m" }))
    assert.match(
      because,
      / cut [\d.]+ requests.* at the end of the grace period, and no grace period would have been long enough: request_timeout ends them first\.$/
    )
  })

  const alone = (grace: string): RehearsalSpec =>
    spec({ grace, limit: "60s", service: { uniform: { min: "30s", max: "90s" } } })

  /** Who times out leaves the others more of their runner. */
  const sharing = (grace: string): RehearsalSpec => {
    const service = { uniform: { min: "10s", max: "60s" } }
    const { text } = spec({ grace, limit: "60s", service, more: { interference: 1 } })
    return specOf({
      ...text,
      app: { ...text.app, max_multiplexing: 2 },
      scaling: { min_concurrency: 2, max_concurrency: 2 }
    })
  }

  it.each([
    ["", alone],
    [", where they share work", sharing]
  ])("are told apart from those that would have been answered%s", async (_, given) => {
    const because = await becauseOf(given("10s"))
    const [, timingOut, cut, seconds = ""] =
      /; request_timeout would have ended (\d+) of the (\d+) in all runs anyway: a grace period of (\d+) s cuts none of the others in any of these 6 runs, /.exec(
        because
      ) ?? assert.fail(because)
    const inAll = (grace: string) => {
      const cuts = [1, 2, 3, 4, 5, 6].map((seed) => Simulation.run(given(grace), "graceful", seed).cutByGrace)
      return {
        requests: cuts.reduce((sum, { requests }) => sum + requests, 0),
        timingOut: cuts.reduce((sum, one) => sum + one.timingOut, 0)
      }
    }
    assert.deepStrictEqual(inAll("10s"), { requests: Number(cut), timingOut: Number(timingOut) })
    const enough = inAll(`${seconds}s`)
    assert.strictEqual(enough.requests, enough.timingOut)
    const less = inAll(`${Number(seconds) - 1}s`)
    assert.isAbove(less.requests, less.timingOut)
  })
})
