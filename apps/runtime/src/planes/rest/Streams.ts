import { Effect } from "effect"
import type { Context } from "hono"
import { streamSSE } from "hono/streaming"
import * as Find from "../../control/Find.ts"
import { asUser, type Principal } from "../../control/Principal.ts"
import { Apps, placeOf } from "../../kernel/Apps.ts"
import { Kernel } from "../../kernel/Kernel.ts"
import type { NamedApp } from "../../kernel/LiveApp.ts"
import type { EventStream } from "./EventStream.ts"
import * as Answer from "./Answer.ts"
import * as Metrics from "./Metrics.ts"
import type { Router } from "./Router.ts"

const text = (body: string | ReadableStream<Uint8Array>): Response =>
  new Response(body, { headers: { "content-type": "text/plain; charset=UTF-8" } })

const metrics = ({ team }: Principal) =>
  Effect.zipWith(Kernel, Apps, ({ state }, apps) => text(Metrics.text(state, apps.of(team))))

const journal = (principal: Principal) =>
  Effect.andThen(
    asUser(principal, "The journal"),
    Effect.flatMap(Kernel, ({ exportJournal }) => Effect.promise(async () => text(await exportJournal())))
  )

/** Which apps a listener wants to hear of. */
const wanted = Effect.fnUntraced(function* (principal: Principal, { app, env }: Record<string, string>) {
  if (app === undefined) return ({ team }: NamedApp) => team === principal.team
  const found = yield* Find.app(principal, app, env)
  const place = placeOf(found.team, found.env, found.name)
  // Whoever follows an app goes on with the next of its name.
  return (one: NamedApp) => placeOf(one.team, one.env, one.name) === place
})

const follow = (c: Context, events: EventStream, wants: (app: NamedApp) => boolean): Response =>
  streamSSE(c, async (stream) => {
    const leave = events.follow(wants, async (message) =>
      stream.writeSSE({ data: await Answer.text(message), id: String(message.seq) })
    )
    await new Promise<void>((resolve) => stream.onAbort(resolve))
    leave()
  })

/** What answers with a text or a stream, and so stands beside the table of endpoints. */
export const add = (router: Router, events: EventStream): void => {
  router.route("GET", "/metrics", "ADMIN", metrics)
  router.route("GET", "/v1/journal", "ADMIN", journal)
  router.route("GET", "/v1/events", "ADMIN", (principal, c) =>
    Effect.map(wanted(principal, c.req.query()), (wants) => follow(c, events, wants))
  )
}
