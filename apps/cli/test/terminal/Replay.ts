import { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { type Changes, Message, type Snapshot } from "@ebb/protocol/rest/Events"
import { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as FakeSandbox from "../FakeSandbox.ts"

const { Struct, Union } = Schema
const Line = Union([Struct({ event: Message }), Struct({ began: RolloutSummary }), Struct({ report: RolloutReport })])
const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Line))

/** A rollout as it was recorded (`bun apps/cli/scripts/record.ts`). */
const lines = readFileSync(join(import.meta.dirname, "rollout.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => decode(line))

/** What the sandbox would tell of one app alone. */
const about = (event: Snapshot | Changes, app: string): Snapshot | Changes => ({
  ...event,
  apps: event.apps.filter(({ alias }) => alias === app),
  runners: event.runners.filter(({ alias }) => alias === app)
})

const eventsOf = (from: number, to: number): ReadonlyArray<Snapshot | Changes> =>
  lines.slice(from, to).flatMap((line) => ("event" in line ? [line.event] : []))

/** The lines up to the moment in which one runner drains, two have drained, and their replacements serve. */
export const middle =
  1 +
  lines.findIndex(
    (line) => "event" in line && line.event.seq > 10 && line.event.runners.some(({ state }) => state === "PENDING")
  )
/** The rollout is over, and its slots are back. */
export const end = lines.length

type Tell = (event: Snapshot | Changes) => void

/** A sandbox in which time stands still until it is told how far to play the recording. */
export const start = () => {
  const encoder = new TextEncoder()
  const listeners = new Set<Tell>()
  let at = 1
  let over = (): void => {}
  const ended = new Promise<void>((resolve) => (over = resolve))
  const bytes = (event: Snapshot | Changes) => encoder.encode(`data: ${JSON.stringify(event)}\n\n`)
  const playTo = (line: number): void => {
    for (const event of eventsOf(at, line)) for (const tell of listeners) tell(event)
    at = line
    if (line === end) over()
  }
  const follow = (app: string | null): Response => {
    let tell: Tell = () => {}
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        tell = (event) => controller.enqueue(bytes(app === null ? event : about(event, app)))
        listeners.add(tell)
        for (const event of eventsOf(0, at)) tell(event)
      },
      cancel: () => void listeners.delete(tell)
    })
    return new Response(body, { headers: { "content-type": "text/event-stream" } })
  }
  const began = lines.flatMap((line) => ("began" in line ? [line.began] : []))[0]!
  const reportSoFar = (): RolloutReport =>
    lines
      .slice(0, at)
      .flatMap((line) => ("report" in line ? [line.report] : []))
      .at(-1)!
  const sandbox = FakeSandbox.start(
    {
      rollout: () => {
        playTo(middle)
        return began
      },
      rolloutReport: async ({ query }) => {
        if (JSON.stringify(query) !== "{}") await ended
        return reportSoFar()
      }
    },
    (_, url) => (url.pathname === "/v1/events" ? follow(url.searchParams.get("app")) : null)
  )
  return { ...sandbox, playTo }
}
