// `rollout.ts RUNNERS`: a request in flight on every runner of a live app, then a graceful rollout. Prints how long it
// took until the command was answered, which it is when every runner has its signal, and what the process weighed then.
import type { AppState } from "@ebb/core/tables/Records"
import { Kernel } from "@ebb/runtime/kernel/Kernel"
import { output, program } from "../Programs.ts"
import { start } from "./sandbox.ts"

const runners = Number(process.argv[2])
const callers = 50
const { key, server, stop, url } = await start(runners, 1, "600s")
const headers = { authorization: `Key ${key}`, "content-type": "application/json" }
const app: AppState = server.get(Kernel).state.apps[0]!

const post = async (path: string, body: string): Promise<void> => {
  const response = await fetch(`${url}${path}`, { method: "POST", headers, body })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  await response.arrayBuffer()
}

let left = runners
const call = async (): Promise<void> => {
  while (left-- > 0) await post("/queue.fal.run/local/app", '{"prompt":"a boat on a calm sea"}')
}

const isInFlight = async (): Promise<void> => {
  while (app.attempts.length < runners) await Bun.sleep(20)
}

const signalled = (): number => {
  let count = 0
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) if (runner.signalledAtMs !== null) count++
  return count
}

await Promise.all(Array.from({ length: callers }, call))
await isInFlight()
const ms = await output<number>(program("call", ["POST", `${url}/v1/apps/app/rollouts`, key], 1))
const rss = process.memoryUsage().rss
if (signalled() !== runners) throw new Error(`${signalled()} of ${runners} runners have their signal`)
process.stdout.write(JSON.stringify({ ms, rss }), () => void stop().then(() => process.exit(0)))
