import { wayNames } from "@ebb/core/domain/RolloutWay"
import * as Snapshot from "@ebb/core/journal/FleetText"
import { RequestKind } from "@ebb/core/tables/RequestState"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import { fleetCopy } from "@ebb/core/snapshot/FleetCopy"
import * as DryRun from "@ebb/sim/dryrun/DryRun"
import * as DryRunWords from "@ebb/sim/dryrun/DryRunWords"
import { ForkedWorld, type Moment } from "@ebb/sim/dryrun/ForkedWorld"
import type * as Outlook from "@ebb/sim/dryrun/Outlook"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { Effect, Result } from "effect"
import { assert, describe, it } from "vitest"

const specOf = (text: string): Spec.RehearsalSpec =>
  Result.getOrThrow(Spec.parse(text, { file: "spec", readFile: () => "" }))

/** A virtual run at an instant, as a dry run of a live one sees it. */
const momentOf = (
  simulation: Simulation,
  { gaps = [], hung = false }: { readonly gaps?: ReadonlyArray<Outlook.Gap>; readonly hung?: boolean } = {}
): Moment => {
  const { state } = simulation.fleet
  const { timeline } = simulation.world
  const values = (...ms: ReadonlyArray<number>): Outlook.Values => Float64Array.from(ms)
  const service = values(1000, 2000, 3000, 4000, 8000, 20_000)
  const held = new Map<number, number>()
  const oldest = state.apps[0]!.firstRunner
  if (hung && oldest !== null) held.set(oldest.number, Infinity)
  return {
    fleet: fleetCopy(state, state.port).state,
    timers: timeline.timers()(),
    nowMs: state.nowMs,
    outlooks: [
      {
        services: { [RequestKind.direct]: service, [RequestKind.queued]: service, [RequestKind.realtime]: service },
        stages: { scheduling: values(1000), dockerPull: values(500), setup: values(5000, 9000), teardown: values(100) },
        chances: { schedulingFails: 0, setupFails: 0, cached: 0, hangs: 0, slowTeardown: 0 },
        pace: null,
        gaps,
        sinceLastMs: 0
      }
    ],
    heldUntilMs: held,
    longestFailedMs: new Map(),
    app: 0
  }
}

const forkOf = (moment: Moment, seed: number): ForkedWorld => {
  const steps = ForkedWorld.from(moment, seed)
  let step = steps.next()
  while (step.done !== true) step = steps.next()
  return step.value
}

const busy = (more = "") =>
  specOf(`
app: { name: a, machine_type: S, max_multiplexing: 2, termination_grace_period: 5s }
scaling: { min_concurrency: 3, max_concurrency: 3 }
runner: { scheduling: 1s, setup: 7s }
traffic: [{ kind: direct, arrivals: { poisson: 40/m }, service: { lognormal: { p50: 4s, p99: 20s } } }]
run: { for: 40m }
${more}`)

/** Six runners that a minute of many requests has brought; then nobody comes. */
const afterAPeak = specOf(`
app: { name: a, machine_type: S, max_multiplexing: 2, termination_grace_period: 5s }
scaling: { min_concurrency: 1, max_concurrency: 6, keep_alive: 10m }
runner: { scheduling: 1s, setup: 7s }
traffic: [{ kind: direct, arrivals: { bursts: { on: 60s, off: 24h, rate: 5/s } }, service: 4s }]
run: { for: 40m }
`)

const at = (spec: Spec.RehearsalSpec, atMs: number): Simulation => {
  const simulation = new Simulation({ ...spec, rollouts: [] }, "none", 1)
  simulation.advance(atMs)
  return simulation
}

const settings = { budgetMs: 60_000, forksMost: 40, seed: 1 }
const run = (moment: Moment, ways: DryRun.DryRunSettings["ways"] = wayNames) =>
  Effect.runPromise(DryRun.run(moment, { ...settings, ways }))

describe("a dry run", () => {
  it("begins now, though the live Fleet is late with a timer", () => {
    const moment = momentOf(at(busy(), 600_000))
    const timers = moment.timers.map((timer) => ({ ...timer, atMs: moment.nowMs - 1 }))
    assert.isNotEmpty(timers)
    const fork = forkOf({ ...moment, timers }, 1)
    fork.advance(Infinity, 1)
    assert.strictEqual(fork.fleet.state.nowMs, moment.nowMs)
  })

  it("leaves the Fleet as it is, and what comes of it the same", async () => {
    const [here, beside] = [at(busy(), 600_000), at(busy(), 600_000)]
    const before = Snapshot.write(here.fleet)
    await run(momentOf(here))
    assert.strictEqual(Snapshot.write(here.fleet), before)
    here.advance(1_200_000)
    beside.advance(1_200_000)
    assert.strictEqual(Snapshot.write(here.fleet), Snapshot.write(beside.fleet))
  })

  it("makes a few forks however long they take: one could not say how sure it is", async () => {
    const moment = momentOf(at(busy(), 600_000))
    const { forks, ways } = await Effect.runPromise(
      DryRun.run(moment, { ...settings, budgetMs: 0, ways: ["graceful"] })
    )
    assert.strictEqual(forks, 3)
    assert.strictEqual(ways[0]!.recoveryMs!.n, 3)
    assert.include(DryRunWords.basis({ forks, tookMs: 10 }), "too few for more than a rough answer")
    assert.notInclude(DryRunWords.basis({ forks: 20, tookMs: 10 }), "too few")
  })

  it("says for certain what is certain: by force all requests in flight are lost, and the app is back after a start", async () => {
    const simulation = at(busy(), 600_000)
    const { inFlight } = simulation.fleet.state.apps[0]!
    assert.isAbove(inFlight, 0)
    const { forks, ways } = await run(momentOf(simulation), ["force"])
    assert.strictEqual(forks, 40)
    assert.deepInclude(ways[0]!.inFlight.errored, { mean: inFlight, low: inFlight, high: inFlight })
    assert.isAtLeast(ways[0]!.recoveryMs!.low, 6500)
    assert.isAtMost(ways[0]!.recoveryMs!.high, 10_500)
  })

  it("draws what is left of requests from those that took longer: gracefully the long ones are cut", async () => {
    const simulation = at(busy(), 600_000)
    const { inFlight } = simulation.fleet.state.apps[0]!
    const { ways } = await run(momentOf(simulation), ["graceful"])
    const { atStart, drained, errored } = ways[0]!.inFlight
    assert.strictEqual(atStart.mean, inFlight)
    assert.closeTo(drained.mean + errored.mean, inFlight, 1e-9)
    assert.isAbove(drained.high, drained.low)
  })

  it("has a request that was tried in vain take longer than that: none is done within the grace period", async () => {
    const simulation = at(busy(), 600_000)
    const moment = momentOf(simulation)
    // The longest takes 20 s; those that have less than 5 s to go are done.
    const failed = new Map<number, number>()
    let { first } = moment.fleet.apps[0]!.attempts
    for (; first !== null; first = first.next)
      if (first.startedAtMs > simulation.nowMs - 15_000) failed.set(first.number, 15_000)
    assert.isAbove(failed.size, 0)
    const { ways } = await run({ ...moment, longestFailedMs: failed }, ["graceful"])
    assert.isAtLeast(ways[0]!.inFlight.errored.low, failed.size)
  })

  it("is not told by a failed attempt how long a request takes where none takes as long", async () => {
    const moment = momentOf(at(busy(), 600_000))
    const numbers = Array.from({ length: moment.fleet.requestsMade }, (_, at) => at + 1)
    const longestFailedMs = new Map(numbers.map((number) => [number, 60_000]))
    assert.deepStrictEqual((await run({ ...moment, longestFailedMs })).ways, (await run(moment)).ways)
  })

  it("lets requests come, and those that wait in line go on waiting", async () => {
    const simulation = at(busy(), 600_000)
    const gaps = [{ ms: 500, kind: RequestKind.queued }]
    const world = forkOf(momentOf(simulation, { gaps }), 1)
    const before = world.fleet.state.requestsMade
    world.advance(simulation.nowMs + 10_000, Infinity)
    assert.strictEqual(world.fleet.state.requestsMade - before, 19)
  })

  it("keeps a hang a hang: its requests are cut at the end of the grace period", async () => {
    const moment = momentOf(at(busy(), 600_000), { hung: true })
    const hung = moment.fleet.apps[0]!.firstRunner!.inFlight
    assert.isAbove(hung, 0)
    const { ways } = await run(moment, ["graceful"])
    assert.isAtLeast(ways[0]!.inFlight.errored.low, hung)
  })

  it("keeps a hung runner that was told to stop until its grace period is over", () => {
    const simulation = at({ ...busy(), traffic: [] }, 600_000)
    const { fleet, world } = simulation
    const [oldest, other] = [fleet.state.apps[0]!.firstRunner!, fleet.state.apps[0]!.lastRunner!]
    world.runners.hold(oldest, Infinity, true)
    fleet.rollout(simulation.nowMs, 0, { force: false, order: "stop_first" })
    const fork = forkOf(momentOf(simulation, { hung: true }), 1)
    const stateOf = ({ epoch, slot }: typeof oldest) => fork.fleet.state.runners.find(slot, epoch)?.state
    fork.advance(simulation.nowMs + 4000, Infinity)
    assert.strictEqual(stateOf(oldest), RunnerState.TERMINATING)
    assert.isUndefined(stateOf(other))
    fork.advance(simulation.nowMs + 6000, Infinity)
    assert.isUndefined(stateOf(oldest))
  })

  it("has nothing to say of an app without a runner", async () => {
    const empty = specOf(`
app: { name: a }
scaling: { min_concurrency: 0 }
run: { for: 40m }
`)
    const simulation = at({ ...empty, traffic: [] }, 600_000)
    const { ways } = await run(momentOf(simulation))
    for (const { inFlight, never, recoveryMs } of ways) {
      assert.strictEqual(inFlight.atStart.high, 0)
      assert.strictEqual(recoveryMs!.high, 0)
      assert.isNull(never)
    }
  })

  it("waits for no more slots than are needed: those of a peak that is past come back when there is another", async () => {
    const simulation = at(afterAPeak, 120_000)
    const { slotsReady } = simulation.fleet.state.apps[0]!
    assert.strictEqual(slotsReady, 12)
    // On average half a request at a time, now and then many.
    const seconds = [4, 8, 16, 2, 9, 12, 5, 7, 20, 10, 0.1, 0.1, 0.1, 11, 14, 6]
    const gaps = seconds.map((each) => ({ ms: each * 1000, kind: RequestKind.direct }))
    const { ways } = await run(momentOf(simulation, { gaps }), ["graceful"])
    const { enoughMs, fewer, recoveryMs } = ways[0]!
    assert.isNull(recoveryMs)
    assert.strictEqual(fewer!.before, slotsReady)
    assert.isBelow(fewer!.slots.high, slotsReady)
    assert.isBelow(enoughMs!.high, 30_000)
    assert.match(
      DryRunWords.answer(ways).text,
      /the app has as many slots again as it needs after .* s, with fewer than before \(\S+ of 12\)\.$/
    )
  })

  it("says what may not end: replacements for which there is no machine", async () => {
    const { ways } = await run(momentOf(at(busy("capacity: { S: 3 }"), 600_000)), ["replace"])
    assert.match(ways[0]!.never!, /^it has not ended a quarter of an hour after the grace period/)
  })

  it("gives the same for the same seed, whatever the state: every preset", async () => {
    for (const text of Object.values(Presets.presets)) {
      const simulation = at(specOf(text), 900_000)
      const moment = momentOf(simulation)
      const once = (): ReadonlyArray<number> => {
        const world = forkOf(moment, 5)
        world.fleet.rollout(moment.nowMs, 0, { force: false, order: "stop_first" })
        world.advance(moment.nowMs + 60_000, 5000)
        return [world.errored, world.fleet.state.sends, world.fleet.state.runnersMade]
      }
      assert.deepStrictEqual(once(), once())
    }
  })
})
