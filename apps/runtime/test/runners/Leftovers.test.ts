import * as Api from "@ebb/protocol/rest/Api"
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest"
import { Restarted } from "../Restarted.ts"

const serving = `${process.execPath} -e '
  const server = Bun.serve({ port: Number(process.env.PORT), hostname: "127.0.0.1", fetch: () => new Response("{}") })
  process.on("SIGTERM", () => server.stop().then(() => process.exit(0)))'`

/** A child in a session of its own with nothing in its environment. */
const hidden = 'env -i setsid sleep 779 & echo "child $!"'

const spec = (count: number, script = `${hidden}; exec ${serving}`) => `
app: { name: fork, max_multiplexing: 4, termination_grace_period: 20s }
scaling: { min_concurrency: ${count}, max_concurrency: ${count}, keep_alive: 300s }
runner: { command: [sh, -c, ${JSON.stringify(script)}], env: { BUN_BE_BUN: "1" } }
`

const params = { app: "fork" }

/** The parent of a living process; null of one that is gone, or waits for its parent to take note of that. */
const parentOf = (pid: number): number | null => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1")
    return /^State:\s+[ZX]/m.test(status) ? null : Number(/^PPid:\s+(\d+)/m.exec(status)?.[1])
  } catch {
    return null
  }
}

const isAlive = (pid: number): boolean => parentOf(pid) !== null

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
  ebb.allowProcesses = true
})
afterEach(() => ebb.remove())

/** The children of the runners that serve, once there are so many runners. */
const children = async (count: number): Promise<ReadonlyMap<string, number>> => {
  const { runners } = await ebb.until(
    () => ebb.ask(Api.appRunners, { params, query: {} }),
    (seen) => seen.runners.filter(({ state }) => state === "IDLE").length === count
  )
  const serving = runners.filter(({ state }) => state === "IDLE")
  const found = serving.map(({ runner_id: id }): [string, number] => {
    const lines = ebb.kernel.world.runners.find(id)!.logs.all()
    return [id, Number(/^child (\d+)$/.exec(lines.find(({ level }) => level === "STDOUT")?.message ?? "")?.[1])]
  })
  for (const [, pid] of found) {
    expect(isAlive(pid)).toBe(true)
    onTestFinished(() => {
      if (isAlive(pid)) execFileSync("kill", ["-9", String(pid)])
    })
  }
  return new Map(found)
}

const gone = (pids: ReadonlyMap<string, number>) =>
  ebb.until(
    () => [...pids.values()].filter(isAlive),
    (left) => left.length === 0
  )

const ends: Readonly<Record<string, (runner: string) => Promise<unknown>>> = {
  "a forced rollout": () => ebb.ask(Api.rollout, { params, query: {}, body: { force: true } }),
  "a graceful rollout": () => ebb.ask(Api.rollout, { params, query: {}, body: {} }),
  "a stop of the runner": (runner) => ebb.ask(Api.stopRunner, { params: { runner }, query: {}, body: {} }),
  "a kill of the runner": (runner) => ebb.ask(Api.killRunner, { params: { runner }, query: {}, body: {} }),
  "a crash by fault": (runner) => ebb.ask(Api.faultRunner, { params: { runner }, query: {}, body: { do: "crash" } }),
  "the deletion of the app": () => ebb.ask(Api.deleteApp, { params, query: {} }),
  "going down": () => ebb.running.goingDown.endProcesses(),
  "the end of the sandbox": () => ebb.end()
}

test.each(Object.keys(ends))(
  "%s ends a child that has cleared its environment and moved to a session of its own",
  async (name) => {
    await ebb.up(spec(1))
    const before = await children(1)
    await ends[name]!([...before.keys()][0]!)
    await gone(before)
  }
)

test("a runner that is frozen and killed takes such a child with it", async () => {
  await ebb.up(spec(1))
  const before = await children(1)
  const [runner] = before.keys()
  await ebb.ask(Api.faultRunner, { params: { runner: runner! }, query: {}, body: { do: "hang" } })
  await ebb.ask(Api.stopRunner, { params: { runner: runner! }, query: {}, body: {} })
  await ebb.ask(Api.killRunner, { params: { runner: runner! }, query: {}, body: {} })
  await gone(before)
})

test("the children of several that are killed at once end, and those of their replacements live", async () => {
  await ebb.up(spec(4))
  const before = await children(4)
  await ebb.ask(Api.rollout, { params, query: {}, body: { force: true } })
  await gone(before)
  const after = await children(4)
  expect([...after.values()].filter((pid) => [...before.values()].includes(pid))).toEqual([])
})

test("the end of the sandbox ends a child whose parent went while the command was draining", async () => {
  const between = `(${hidden}; exec sleep 1000) & between=$!; trap "kill $between" TERM; ${serving} &`
  await ebb.up(spec(1, `${between} while :; do sleep 0.05; done`))
  const before = await children(1)
  const [[runner, child]] = [...before] as [[string, number]]
  const parent = parentOf(child)
  await ebb.ask(Api.stopRunner, { params: { runner }, query: {}, body: {} })
  await ebb.until(
    () => parentOf(child),
    (seen) => seen !== parent
  )
  expect(isAlive(child)).toBe(true)
  await ebb.end()
  expect(isAlive(child)).toBe(false)
})
