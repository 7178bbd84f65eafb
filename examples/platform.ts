// A platform of one's own: a function for an app, rolled out gracefully and by force. Runs on Bun, Deno and Node.
import { App, Platform, RunnerDriver } from "@ebb/core"
import { Deferred, Effect, Fiber, Layer } from "effect"

/** Echoes; at the first attempt "wait" is held until it is let go, and "hang" for ever. */
const held = Deferred.makeUnsafe<void>()
const serviceOf = (payload: unknown): Effect.Effect<void> =>
  payload === "wait" ? Deferred.await(held) : payload === "hang" ? Effect.never : Effect.void
const driver = RunnerDriver.RunnerDriver.layer({
  serve: ({ attempt, payload }, { number }) =>
    Effect.as(attempt === 1 ? serviceOf(payload) : Effect.void, {
      status: 200,
      body: `${String(payload)}, by runner ${number} at attempt ${attempt}`
    })
})

const program = Effect.gen(function* () {
  const platform = yield* Platform.Platform
  const scaling = { ...App.defaultScaling, minConcurrency: 1 }
  yield* platform.addApp({ team: "me", env: "main", name: "echo", scaling, revision: App.defaultRevision })
  console.log(yield* platform.call("echo", "hello"))

  const caller = yield* Effect.forkChild(platform.call("echo", "wait"))
  yield* Effect.yieldNow
  const [graceful] = yield* platform.rollout("echo")
  yield* Deferred.succeed(held, undefined)
  const report = yield* platform.finished(graceful!)
  console.log(yield* Fiber.join(caller))
  console.log(`graceful: ${report.inFlight.atStart} in flight, ${report.inFlight.drained} drained`)

  const queued = yield* platform.submit("echo", "hang")
  const [forced] = yield* platform.rollout("echo", { force: true })
  const { inFlight } = yield* platform.finished(forced!)
  console.log(`force: ${inFlight.atStart} in flight, ${inFlight.retried} retried`)
  console.log((yield* queued.settled).body)
})

await Effect.runPromise(program.pipe(Effect.provide(Layer.provide(Platform.Platform.layer, driver))))
