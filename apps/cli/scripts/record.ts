// bun apps/cli/scripts/record.ts URL KEY APP > FILE
// Rolls an app out and writes down all that `ebb top` and `ebb apps rollout --watch` would be told meanwhile,
// a JSON value a line: {"event"}, {"began"}, {"report"} after an event that told of an end.
import * as Api from "@ebb/protocol/rest/Api"
import { call } from "@ebb/protocol/rest/Client"
import * as Follow from "@ebb/cli/sandbox/Follow"
import { Deferred, Effect, Fiber, Stream } from "effect"

const [baseUrl = "", key = "", app = ""] = process.argv.slice(2)
const connection = { baseUrl, key }
const write = (line: unknown): void => console.log(JSON.stringify(line))

const recorded = Effect.gen(function* () {
  const there = yield* Deferred.make<void>()
  let rollout: string | null = null
  const events = Stream.runForEach(Follow.messages(connection, {}), (event) =>
    Effect.gen(function* () {
      write({ event })
      yield* Deferred.succeed(there, undefined)
      if (rollout === null || event.type === "snapshot" || event.gone.length === 0) return
      write({ report: yield* call(connection, Api.rolloutReport, { params: { rollout } }) })
    })
  )
  const following = yield* Effect.forkChild(events)
  yield* Deferred.await(there)
  const began = yield* call(connection, Api.rollout, { params: { app }, body: { force: false } })
  write({ began })
  rollout = began.id
  let report = yield* call(connection, Api.rolloutReport, { params: { rollout }, query: { wait: "finished" } })
  // As --watch does, until as many slots are ready as before.
  while (report.capacity.recoveryMs === null) {
    yield* Effect.sleep(100)
    report = yield* call(connection, Api.rolloutReport, { params: { rollout } })
  }
  write({ report })
  yield* Fiber.interrupt(following)
})

await Effect.runPromise(recorded)
