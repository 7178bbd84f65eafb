// `stalls.ts RUNNERS WAY`: a request in flight on every runner of a live app, then a rollout in that way, or its dry run.
// Prints for how long the event loop stood still at most, in milliseconds, from the command until everything that follows
// from it is done. The data directory is in memory where it can be: what a disk takes depends on who else uses it.
import type { AppState } from "@ebb/core/tables/Records"
import { Kernel } from "@ebb/runtime/kernel/Kernel"
import { existsSync } from "node:fs"
import { tmpdir } from "node:os"
import { output, program } from "../Programs.ts"
import { start } from "./sandbox.ts"

const [runners = "10000", way = "force"] = process.argv.slice(2)
const callers = 50
const memory = "/dev/shm"
const quietMs = 3000
const { key, server, stop, url } = await start(Number(runners), 1, "600s", existsSync(memory) ? memory : tmpdir())
const authorization = { authorization: `Key ${key}`, "content-type": "application/json" }
/** Those that force cuts are tried again, or lost. */
const headers = way === "force_lost" ? { ...authorization, "x-fal-no-retry": "1" } : authorization
const app: AppState = server.get(Kernel).state.apps[0]!

const command = {
  dry_run: { path: "rollouts/dry-run", body: {} },
  stop_first: { path: "rollouts", body: { order: "stop_first" } },
  replace_first: { path: "rollouts", body: { order: "replace_first" } },
  force: { path: "rollouts", body: { force: true } },
  force_lost: { path: "rollouts", body: { force: true } }
}[way]
if (command === undefined) throw new Error(`there is no way ${way}`)

let left = Number(runners)
const call = async (): Promise<void> => {
  while (left-- > 0) {
    await (await fetch(`${url}/queue.fal.run/local/app`, { method: "POST", headers, body: "{}" })).arrayBuffer()
  }
}
await Promise.all(Array.from({ length: callers }, call))
while (app.attempts.length < Number(runners)) await Bun.sleep(20)

const send = (): Promise<number> =>
  output<number>(program("post", [`${url}/v1/apps/app/${command.path}`, key, JSON.stringify(command.body)], 1))
// The first one loads the statistics as well.
if (way === "dry_run") await send()
await Bun.sleep(quietMs)

let longestMs = 0
let lastMs = performance.now()
const timer = setInterval(() => {
  const nowMs = performance.now()
  longestMs = Math.max(longestMs, nowMs - lastMs)
  lastMs = nowMs
}, 1)
await send()
await Bun.sleep(quietMs)
clearInterval(timer)
process.stdout.write(JSON.stringify(longestMs), () => void stop().then(() => process.exit(0)))
