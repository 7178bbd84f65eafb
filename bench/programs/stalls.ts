// `stalls.ts RUNNERS WAY`: a live app with a request in flight on every runner, or all of them idle, then the command of
// that way, or a command and another while its signals are going out. Prints for how long the event loop stood still at
// most, in milliseconds, from the command until everything that follows from it is done; or, when it is the last that fits into
// a part of the journal, until the next part has begun and three seconds more. The data directory is in memory
// where it can be: what a disk takes depends on who else uses it.
import * as Portions from "@ebb/core/fleet/Portions"
import type { AppState } from "@ebb/core/tables/Records"
import { limits } from "@ebb/runtime/edge/Limits"
import { Kernel } from "@ebb/runtime/kernel/Kernel"
import { existsSync, readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { Listening, output, program } from "../Programs.ts"
import { specOf, startOf } from "./sandbox.ts"

const [runnersText = "10000", wayName = "force"] = process.argv.slice(2)
const runners = Number(runnersText)
const callers = 50
const memory = "/dev/shm"
const quietMs = 3000

interface Command {
  readonly method?: string
  readonly path: string
  readonly body?: object
}

/** A list that is asked for over gRPC. */
interface Listing {
  readonly grpc: "listRunners" | "listUserKeys"
}

interface Way {
  readonly command: Command | Listing
  /** While signals of the first are still to go out. */
  readonly meanwhile?: Command
  /** As soon as the first is answered. */
  readonly afterwards?: Command
  /** Before it is measured. */
  readonly before?: Command | Listing
  /** Nothing is in flight. */
  readonly isIdle?: boolean
  /** What force cuts is lost; else it is tried again. */
  readonly isLost?: boolean
  /** So many more wait for a slot. */
  readonly waiting?: number
  /** As many GPUs as there are at first: the other runners wait for one. */
  readonly gpus?: number
  /** After it another part of the journal begins. */
  readonly fillsPart?: boolean
  /** A page follows all that happens: from before the command, or from its answer on. */
  readonly watched?: "before" | "after"
}

const service = "600s"
const dryRun = { path: "apps/app/rollouts/dry-run" }
const graceful = { path: "apps/app/rollouts", body: { order: "stop_first" } }
const scaleDown = { method: "PATCH", path: "apps/app/scaling", body: { min_concurrency: 0, max_concurrency: 1 } }
const expire = { method: "PATCH", path: "apps/app/scaling", body: { min_concurrency: 0, keep_alive: 1 } }
const keepLonger = { method: "PATCH", path: "apps/app/scaling", body: { keep_alive: 601 } }
const remove = { method: "DELETE", path: "apps/app" }
const moreSlots = { method: "PATCH", path: "apps/app/scaling", body: { max_multiplexing: 2 } }
const replacing = { path: "apps/app/rollouts", body: { order: "replace_first" } }
const force = { path: "apps/app/rollouts", body: { force: true } }
const deployBy = (strategy: string): Command => ({
  path: "apps",
  body: { spec: specOf(runners, 1, service), strategy }
})
/** An app that wants no runner, and GPUs for all. */
const deployAnother: Command = {
  path: "apps",
  body: {
    name: "another",
    spec: specOf(runners, 1, service, runners * 2).replace(/min_concurrency: \d+/, "min_concurrency: 0")
  }
}

const ways: Readonly<Record<string, Way>> = {
  first_dry_run: { command: dryRun },
  dry_run: { command: dryRun, before: dryRun },
  stop_first: { command: graceful },
  replace_first: { command: replacing },
  force: { command: force },
  force_lost: { command: force, isLost: true },
  scale_down: { command: scaleDown, isIdle: true },
  expire: { command: expire, isIdle: true },
  delete: { command: remove, isIdle: true },
  rolling: { command: deployBy("rolling"), isIdle: true },
  recreate: { command: deployBy("recreate"), isIdle: true },
  delete_revision: { command: { method: "DELETE", path: "revisions/first" }, before: deployBy("recreate") },
  more_gpus: { command: deployAnother, isIdle: true, gpus: 1 },
  page_opens: { command: keepLonger, watched: "after" },
  force_watched: { command: force, watched: "before" },
  stop_first_watched: { command: graceful, watched: "before" },
  runners_list_grpc: { command: { grpc: "listRunners" }, before: { grpc: "listUserKeys" } },
  runners_list: { command: { method: "GET", path: "runners" } },
  journal_part: { command: keepLonger, fillsPart: true },
  more_slots: { command: moreSlots, waiting: runners },
  delete_waiting: { command: remove, waiting: runners },
  scale_down_replacing: { command: replacing, afterwards: scaleDown },
  scale_down_meanwhile: { command: force, isLost: true, meanwhile: scaleDown },
  delete_meanwhile: { command: force, isLost: true, meanwhile: remove },
  rolling_meanwhile: { command: force, isLost: true, meanwhile: deployBy("rolling") },
  recreate_meanwhile: { command: force, isLost: true, meanwhile: deployBy("recreate") }
}
const way = ways[wayName]
if (way === undefined) throw new Error(`there is no way ${wayName}`)

const text = specOf(runners, 1, service, way.gpus)
const { key, server, stop, url } = await startOf(text, existsSync(memory) ? memory : tmpdir())
const authorization = { authorization: `Key ${key}`, "content-type": "application/json" }
const headers = way.isLost === true ? { ...authorization, "x-fal-no-retry": "1" } : authorization
const { state, world } = server.get(Kernel)
const app: AppState = state.apps[0]!

const ready = Math.min(runners, way.gpus ?? runners)
const inFlight = way.isIdle === true ? 0 : runners
let left = inFlight + (way.waiting ?? 0)
const call = async (): Promise<void> => {
  while (left-- > 0) {
    await (await fetch(`${url}/queue.fal.run/local/app`, { method: "POST", headers, body: "{}" })).arrayBuffer()
  }
}
await Promise.all(Array.from({ length: callers }, call))
while (app.attempts.length < inFlight || app.waiting < (way.waiting ?? 0) || app.serving < ready) await Bun.sleep(20)

const firstRevision = world.apps[0]!.revisions[0]!.id
const urlOf = ({ path }: Command): string => `${url}/v1/${path.replace(/\bfirst$/, firstRevision)}`

const send = (command: Command | Listing): Promise<number> => {
  if ("grpc" in command) return output<number>(program("list", [server.addresses.url, key, command.grpc], 1))
  const { body = {}, method = "POST" } = command
  return output<number>(program("call", [method, urlOf(command), key, JSON.stringify(body)], 1))
}

const sendMeanwhile = async ({ body = {}, method = "POST", path }: Command): Promise<void> => {
  while (!Portions.areLeft(state, app)) await Bun.sleep(0)
  const response = await fetch(`${url}/v1/${path}`, { method, headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
}

/** As if what the journal has by then were as much as a part takes. */
const sendLastOfPart = async (command: Command | Listing): Promise<void> => {
  const parts = (): number => readdirSync(server.started.directory.file("journal")).length
  const { journalPartBytes } = limits
  const before = parts()
  limits.journalPartBytes = 1
  await send(command)
  while (parts() === before) await Bun.sleep(1)
  limits.journalPartBytes = journalPartBytes
}

const follow = (): Promise<Listening<number>> => Listening.start(program("events", [`${url}/v1/events`, key], 1))

if (way.before !== undefined) await send(way.before)
const watching = way.watched === "before" ? await follow() : null
await Bun.sleep(quietMs)

let longestMs = 0
let lastMs = performance.now()
const timer = setInterval(() => {
  const nowMs = performance.now()
  longestMs = Math.max(longestMs, nowMs - lastMs)
  lastMs = nowMs
}, 1)
const sent = way.fillsPart === true ? sendLastOfPart(way.command) : send(way.command)
await Promise.all([sent, way.meanwhile === undefined ? null : sendMeanwhile(way.meanwhile)])
if (way.afterwards !== undefined) await send(way.afterwards)
const opened = way.watched === "after" ? await follow() : null
await Bun.sleep(quietMs)
clearInterval(timer)
for (const each of [watching, opened]) await each?.stop()
process.stdout.write(JSON.stringify(longestMs), () => void stop().then(() => process.exit(0)))
