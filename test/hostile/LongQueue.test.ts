import { plainSubmission } from "@ebb/core/fleet/Intake"
import { RequestKind } from "@ebb/core/tables/RequestState"
import * as Api from "@ebb/protocol/rest/Api"
import { call } from "@ebb/protocol/rest/Client"
import { Kernel } from "@ebb/runtime/kernel/Kernel"
import { LiveRequest } from "@ebb/runtime/kernel/LiveRequest"
import { QueuedCaller } from "@ebb/runtime/planes/data/QueuedCaller"
import { onLoopback, Server } from "@ebb/runtime/Server"
import { Effect, Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"

const spec = `
app: { name: llm, max_multiplexing: 1 }
scaling: { min_concurrency: 1, max_concurrency: 1 }
runner: { scheduling: 1ms, setup: 1ms, service: 100000h }
`
const ack = Schema.decodeUnknownSync(Schema.Struct({ request_id: Schema.String, queue_position: Schema.Int }))

let folder: string
let server: Server
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ebb-long-queue-"))
  const specs = [{ file: "llm.yaml", folder, text: spec }]
  const options = { data: folder, speed: 1, allowProcesses: false, page: () => null, empty: true, specs }
  server = await Server.start({ ...options, ...onLoopback })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await server.stop()
  rmSync(folder, { recursive: true })
})

const key = (): string => server.started.directory.teamKeys.read("local") ?? ""

const ask = async (method: string, path = ""): Promise<unknown> => {
  const headers = { authorization: `Key ${key()}` }
  const body = method === "POST" ? { body: "{}" } : {}
  return (await fetch(`${server.url}/queue.fal.run/local/llm${path}`, { method, headers, ...body })).json()
}

const forEver = 1e12

/** Puts so many into the line, as submissions do. */
const fill = (count: number): void => {
  const { submissions, world } = server.get(Kernel)
  const [app] = world.apps
  const call = { method: "POST", path: "/", headers: new Headers(), body: null }
  for (let n = 0; n < count; n++) {
    const common = { id: `waiting-${n}`, app: app!, kind: RequestKind.queued, call, callerId: null, serviceMs: forEver }
    const live = new LiveRequest({ ...common, caller: new QueuedCaller() })
    submissions.submit(live, plainSubmission(RequestKind.queued))
  }
}

/** From now on counts how often anybody goes from one request to its neighbour in the line. */
const countSteps = (): { steps: number } => {
  const counted = { steps: 0 }
  for (const request of server.get(Kernel).state.requests.all) {
    for (const side of ["prev", "next"] as const) {
      let neighbour = request[side]
      Object.defineProperty(request, side, {
        get: () => {
          counted.steps++
          return neighbour
        },
        set: (other: typeof neighbour) => {
          neighbour = other
        }
      })
    }
  }
  return counted
}

const many = 60_000

describe(`a line of ${many} requests`, () => {
  test("is not walked by a submission, a status or a cancellation", async () => {
    fill(many)
    // Whoever asks for a place first has the line counted.
    await ask("POST")
    const counted = countSteps()
    const all = vi.spyOn(server.get(Kernel).world.requests, "all")
    const { queue_position, request_id } = ack(await ask("POST"))
    expect(queue_position).toBe(many)
    const status = await ask("GET", `/requests/${request_id}/status`)
    expect(status).toMatchObject({ status: "IN_QUEUE", queue_position: many })
    expect(await ask("PUT", `/requests/${request_id}/cancel`)).toEqual({ status: "CANCELLATION_REQUESTED" })
    expect(counted.steps).toBeGreaterThan(0)
    expect(counted.steps).toBeLessThan(many / 20)
    expect(all).not.toHaveBeenCalled()
  })
})

describe("a flush of many requests", () => {
  const count = 1500
  const most = 200

  test("is done a part in each turn of the event loop, and takes none that came meanwhile", async () => {
    fill(count)
    const { fleet } = server.get(Kernel).world
    const flush = fleet.flush.bind(fleet)
    let turn = 0
    let isOver = false
    const tick = (): void => {
      turn++
      if (!isOver) setImmediate(tick)
    }
    setImmediate(tick)
    const parts: Array<{ readonly turn: number; readonly requests: number }> = []
    vi.spyOn(fleet, "flush").mockImplementation((nowMs, app, numbers) => {
      // Somebody submits in the midst of it.
      if (parts.length === 1) fill(1)
      parts.push({ turn, requests: numbers?.length ?? Infinity })
      return flush(nowMs, app, numbers)
    })
    const input = { params: { app: "llm" }, query: {} }
    const { flushed } = await Effect.runPromise(call({ baseUrl: server.url, key: key() }, Api.flushQueue, input))
    isOver = true
    // One of them is with the runner.
    expect(flushed).toBe(count - 1)
    expect(Math.max(...parts.map(({ requests }) => requests))).toBeLessThanOrEqual(most)
    expect(new Set(parts.map(({ turn: at }) => at)).size).toBe(parts.length)
    expect(parts.length).toBe(Math.ceil(count / most))
    expect(server.get(Kernel).state.apps[0]!.waiting).toBe(1)
  })
})
