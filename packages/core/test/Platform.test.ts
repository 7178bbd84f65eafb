import { type App, defaultRevision, defaultScaling, type Revision, type Scaling } from "@ebb/core/domain/App"
import type { PlatformEvent } from "@ebb/core/services/Outbox"
import { Platform } from "@ebb/core/services/Platform"
import { type Driver, RunnerDriver, SessionBroken, StartFailed } from "@ebb/core/services/RunnerDriver"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Result, Stream } from "effect"
import { TestClock } from "effect/testing"

/** Placed in 2 s, set up in 8 s, torn down in 1 s (platform rule 3.6); serves for as many seconds as the payload says. */
const scripted: Driver = {
  place: () => Effect.sleep("2 seconds"),
  setUp: () => Effect.sleep("8 seconds"),
  serve: ({ payload }) =>
    Effect.as(Effect.sleep(Number(payload) * 1000), { status: 200, body: `${String(payload)} s` }),
  signal: () => Effect.void,
  tearDown: () => Effect.sleep("1 second"),
  crashed: () => Effect.never,
  kill: () => Effect.void
}

const under = (driver: Partial<Driver> = {}) =>
  Effect.provide(Layer.provide(Platform.layer, RunnerDriver.layer({ ...scripted, ...driver })))

const appOf = (scaling: Partial<Scaling>, revision: Partial<Revision>): App => ({
  team: "me",
  env: "main",
  name: "app",
  scaling: { ...defaultScaling, maxConcurrency: 10, keepAliveSeconds: 300, ...scaling },
  revision: { ...defaultRevision, gracePeriodSeconds: 30, ...revision }
})

const lineOf = (event: PlatformEvent, warm: number): string | null => {
  switch (event._tag) {
    case "RunnerChanged":
      return `r${event.runner.number} ${event.state}`
    case "RequestSent":
      return `q${event.request - warm} to r${event.runner}`
    case "RequestSettled":
      return `q${event.request - warm} ${event.status}${event.errorType === null ? "" : ` ${event.errorType}`}`
    case "RolloutChanged":
      return event.how === "finished" ? `rollout ${event.rollout} finished` : null
  }
}

/** So many runners are IDLE and have had a request; what happens after `begin` is logged, with the seconds since then. */
const started = Effect.fnUntraced(function* (
  idle: number,
  scaling: Partial<Scaling> = {},
  revision: Partial<Revision> = {}
) {
  const platform = yield* Platform
  const log: Array<string> = []
  let t0 = Infinity
  const note = (event: PlatformEvent) => {
    const line = lineOf(event, idle)
    if (event.atMs >= t0 && line !== null) log.push(`${(event.atMs - t0) / 1000} ${line}`)
  }
  yield* platform.events.pipe(
    Stream.runForEach((event) => Effect.sync(() => note(event))),
    Effect.forkScoped
  )
  yield* platform.addApp(appOf({ ...scaling, minConcurrency: idle }, revision))
  yield* TestClock.adjust("10 seconds")
  for (let n = 0; n < idle; n++) yield* platform.submit("app", 1)
  yield* TestClock.adjust("5 seconds")
  yield* platform.scale("app", { minConcurrency: scaling.minConcurrency ?? 0 })
  return { platform, log, begin: (secondsFromNow: number) => void (t0 = 15_000 + secondsFromNow * 1000) }
})

describe("a Platform: a Fleet under Effect", () => {
  it.effect("T3: a direct request ends within the grace period", () =>
    Effect.gen(function* () {
      const { begin, log, platform } = yield* started(1)
      begin(1)
      const caller = yield* Effect.forkChild(platform.call("app", 7))
      yield* TestClock.adjust("1 second")
      const [rollout] = yield* platform.rollout("app")
      const finished = yield* Effect.forkChild(platform.finished(rollout!))
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(yield* Fiber.join(caller), "7 s")
      const report = yield* Fiber.join(finished)
      assert.deepStrictEqual(log, [
        "0 r1 DRAINING",
        "6 q1 200",
        "6 r1 TERMINATING",
        "7 r1 TERMINATED",
        "7 rollout 1 finished"
      ])
      assert.deepStrictEqual(
        report.runners.map(({ drainMs, drained, endedBy }) => [drained, drainMs, endedBy]),
        [[1, 6000, "drained"]]
      )
    }).pipe(under())
  )

  it.effect("T8: by force a direct request errors and a queued one is retried", () =>
    Effect.gen(function* () {
      const { begin, log, platform } = yield* started(2)
      begin(1)
      const caller = yield* Effect.forkChild(Effect.flip(platform.call("app", 10)))
      yield* TestClock.adjust(0)
      const { settled } = yield* platform.submit("app", 10)
      yield* TestClock.adjust("1 second")
      const [rollout] = yield* platform.rollout("app", { force: true })
      const atOnce = yield* platform.finished(rollout!)
      yield* TestClock.adjust("21 seconds")
      const error = yield* Fiber.join(caller)
      assert.strictEqual(error.message, "request 3 ended with 503 runner_disconnected")
      assert.deepInclude(yield* settled, { outcome: "completed", attempts: 2, body: "10 s" })
      assert.deepInclude(atOnce, { state: "finished", mode: "force", finishedAtMs: atOnce.startedAtMs })
      assert.deepInclude(atOnce.inFlight, { atStart: 2, errored: 1, retried: 1 })
      assert.deepStrictEqual(log, [
        "0 q1 503 runner_disconnected",
        "0 r1 TERMINATED",
        "0 r2 TERMINATED",
        "0 rollout 1 finished",
        "1 r3 PENDING",
        "3 r3 SETUP",
        "11 r3 IDLE",
        "11 r3 RUNNING",
        "11 q2 to r3",
        "21 q2 200",
        "21 r3 IDLE"
      ])
    }).pipe(under())
  )

  it.effect("T15: replace first keeps the slots", () =>
    Effect.gen(function* () {
      const { begin, log, platform } = yield* started(2, { minConcurrency: 2, maxConcurrency: 2 })
      begin(0)
      const [rollout] = yield* platform.rollout("app", { order: "replace_first" })
      yield* TestClock.adjust("15 seconds")
      const report = yield* platform.finished(rollout!)
      assert.deepStrictEqual(report.capacity, { slotsReadyBefore: 2, slotsReadyLowest: 2, recoveryMs: 0 })
      assert.strictEqual(log.at(-1), "11 rollout 1 finished")
      assert.deepStrictEqual(
        (yield* platform.runners("app")).map(({ number, state }) => [number, state]),
        [
          [3, "IDLE"],
          [4, "IDLE"]
        ]
      )
    }).pipe(under())
  )

  it.effect("the report of a rollout whose slots do not come back goes on counting to the present", () =>
    Effect.gen(function* () {
      const { platform } = yield* started(2)
      const [rollout] = yield* platform.rollout("app")
      yield* TestClock.adjust("5 seconds")
      yield* platform.submit("app", 1000)
      yield* TestClock.adjust("12 seconds")
      assert.strictEqual((yield* platform.report(rollout!)).runnerSeconds.byState["RUNNING"], 2)
      yield* TestClock.adjust("100 seconds")
      const { capacity, runnerSeconds } = yield* platform.report(rollout!)
      assert.isNull(capacity.recoveryMs)
      assert.strictEqual(runnerSeconds.byState["RUNNING"], 102)
    }).pipe(under())
  )

  it.effect("a caller that is interrupted has gone away; the attempt is left to the app", () =>
    Effect.gen(function* () {
      const { begin, log, platform } = yield* started(1, { maxConcurrency: 1 })
      begin(0)
      const served = yield* Effect.forkChild(platform.call("app", 5))
      yield* TestClock.adjust(0)
      const waits = yield* Effect.forkChild(platform.call("app", 5))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(waits)
      yield* Fiber.interrupt(served)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(log, [
        "0 r1 RUNNING",
        "0 q1 to r1",
        "1 q2 499 client_disconnected",
        "5 q1 499 client_disconnected",
        "5 r1 IDLE"
      ])
    }).pipe(under())
  )

  it.effect("a driver's failures become the platform's: a start, a session, a crash", () =>
    Effect.gen(function* () {
      const { begin, log, platform } = yield* started(0, { maxConcurrency: 1 })
      begin(0)
      const { settled } = yield* platform.submit("app", 4)
      yield* TestClock.adjust("200 seconds")
      assert.deepInclude(yield* settled, { outcome: "completed", attempts: 3 })
      assert.deepStrictEqual(
        log.filter((line) => !/SETUP|IDLE|RUNNING/.test(line)),
        [
          "0 r1 PENDING",
          "10 r1 TERMINATED",
          "10 r2 FAILURE_DELAY",
          "40 r2 PENDING",
          "50 q1 to r2",
          "52 r2 TERMINATED",
          "53 r3 PENDING",
          "63 q1 to r3",
          "63 r3 TERMINATING",
          "64 r3 TERMINATED",
          "65 r4 PENDING",
          "75 q1 to r4",
          "79 q1 200"
        ]
      )
    }).pipe(
      under({
        setUp: ({ number: runner }) =>
          Effect.andThen(
            Effect.sleep("8 seconds"),
            runner === 1 ? Effect.fail(new StartFailed({ runner, reason: "no memory" })) : Effect.void
          ),
        serve: (call, runner) =>
          runner.number === 3 ? Effect.fail(new SessionBroken({ by: "refused" })) : scripted.serve(call, runner),
        crashed: ({ number }) => (number === 2 ? Effect.sleep("2 seconds") : Effect.never)
      })
    )
  )

  it.effect("who does not exist is told by name; values out of range are refused", () =>
    Effect.gen(function* () {
      const { platform } = yield* started(0)
      assert.strictEqual((yield* Effect.flip(platform.rollout("ap"))).message, "no app is called ap")
      assert.strictEqual((yield* Effect.flip(platform.killRunner(7))).message, "no runner is called 7")
      assert.strictEqual((yield* Effect.flip(platform.report(7))).message, "no rollout is called 7")
      assert.strictEqual((yield* Effect.flip(platform.addApp(appOf({}, {}))))._tag, "AlreadyExists")
      const refused = yield* Effect.flip(platform.scale("app", { maxConcurrency: 0 }))
      assert.strictEqual(refused._tag, "InvalidScaling")
      yield* platform.submit("app", 1)
      yield* platform.submit("app", 1)
      const full = yield* Effect.result(platform.submit("app", 1, { maxQueueLength: 1 }))
      assert.isTrue(Result.isFailure(full) && full.failure._tag === "QueueFull")
    }).pipe(under())
  )

  it.effect("runners are stopped and killed one by one, and all are killed when the scope closes", () => {
    const killed: Array<number> = []
    return Effect.gen(function* () {
      yield* Effect.gen(function* () {
        const { begin, log, platform } = yield* started(3, { minConcurrency: 3, maxConcurrency: 3 })
        begin(0)
        yield* platform.killRunner(1)
        yield* platform.stopRunner(2, { replaceFirst: true })
        yield* TestClock.adjust("11 seconds")
        assert.deepStrictEqual(log, [
          "0 r1 TERMINATED",
          "0 r4 PENDING",
          "0 r5 PENDING",
          "2 r4 SETUP",
          "2 r5 SETUP",
          "10 r4 IDLE",
          "10 r2 TERMINATING",
          "10 r5 IDLE",
          "11 r2 TERMINATED"
        ])
        assert.deepStrictEqual(killed, [1])
      }).pipe(under({ kill: ({ number }) => Effect.sync(() => void killed.push(number)) }))
      assert.deepStrictEqual(killed, [1, 3, 4, 5])
    })
  })
})
