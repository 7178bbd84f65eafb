import type { AppView, Message, RunnerView } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { afterEach, assert, describe, expect, it } from "@effect/vitest"
import * as FakeSandbox from "./FakeSandbox.ts"
import { begun, demo, idle, report, revision, runnerId } from "./golden/Samples.ts"
import { ebb } from "./RunEbb.ts"

const open: Array<FakeSandbox.FakeSandbox> = []

afterEach(async () => {
  for (const one of open.splice(0)) await one.stop()
})

const startMs = Date.parse(begun.startedAt)

const app: AppView = {
  alias: "demo",
  env: "main",
  waiting: 0,
  inFlight: 3,
  slotsReady: 12,
  runners: 2,
  accepted: 3,
  completed: 0,
  errored: 0,
  cancelled: 0,
  errorsByType: {},
  latencyMs: null,
  force: { runners: 2, errors: 3, retries: 0 },
  scaling: {
    minConcurrency: 2,
    maxConcurrency: 8,
    concurrencyBuffer: 0,
    concurrencyBufferPerc: 0,
    maxMultiplexing: 4,
    scalingDelaySeconds: 0,
    keepAliveSeconds: 300
  }
}

const runner = (number: number, state: RunnerView["state"], inFlight = 0): RunnerView => ({
  id: runnerId(number),
  alias: "demo",
  state,
  inFlight,
  machineType: "GPU-H100",
  revision,
  marked: false,
  sinceMs: startMs,
  graceEndsMs: state === "DRAINING" ? startMs + 30_000 : null,
  rollouts: state === "DRAINING" ? ["r-17"] : []
})

const over: RolloutSummary = { ...begun, state: "finished", ended: 2, drained: 3 }

const snapshot: Message = {
  type: "snapshot",
  seq: 1,
  atMs: startMs,
  apps: [app],
  runners: [runner(1, "RUNNING", 3), runner(2, "IDLE"), runner(3, "DRAINING", 1)],
  rollouts: []
}

const changes = (seq: number, atMs: number, part: Partial<Message>): Message => ({
  type: "changes",
  seq,
  atMs: startMs + atMs,
  apps: [],
  runners: [],
  gone: [],
  rollouts: [],
  deleted: [],
  ...part
})

const draining = changes(2, 100, {
  runners: [runner(1, "DRAINING", 3), runner(4, "PENDING")],
  gone: [runnerId(2)],
  apps: [{ ...app, slotsReady: 0, waiting: 2 }],
  rollouts: [begun]
})

const finished = changes(3, 3100, { gone: [runnerId(1)], rollouts: [over] })

/** A sandbox whose events come when its rollout is begun, and whose report comes after the last of them. */
const sandbox = (): FakeSandbox.FakeSandbox => {
  const encoder = new TextEncoder()
  let events: ReadableStreamDefaultController<Uint8Array> | null = null
  const tell = (message: Message) => events?.enqueue(encoder.encode(`data: ${JSON.stringify(message)}\n\n`))
  const follow = (): Response => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        events = controller
        tell(snapshot)
      }
    })
    return new Response(body, { headers: { "content-type": "text/event-stream" } })
  }
  const made = FakeSandbox.start(
    {
      rollout: () => {
        assert.isNotNull(events)
        tell(draining)
        return begun
      },
      rolloutReport: () => {
        tell(finished)
        return { ...report, inFlight: { ...report.inFlight, atStart: 3, drained: 3 } }
      },
      appRunners: () => ({ runners: [idle] })
    },
    (_, url) => (url.pathname === "/v1/events" ? follow() : null)
  )
  open.push(made)
  return made
}

const end =
  "Rolled out application demo: 3 requests in flight, 3 drained, 0 errored. 1 runner in 6.4 s, recovered after 4.2 s.\n" +
  "Report: ebb rollouts report r-17\n"

describe("ebb apps rollout --watch", () => {
  it("prints a line for each change off a terminal, then what became of it", async () => {
    const { code, err, out } = await ebb(sandbox(), "apps rollout demo --watch")
    assert.deepStrictEqual([code, err], [0, ""])
    const lines = out.trimEnd().split("\n")
    assert.include(lines, "rollout r-17 (graceful): 6 runners, 24 requests in flight")
    const changed = lines.filter((line) => line.startsWith("11111111"))
    assert.deepStrictEqual(changed, [
      `${runnerId(1)} DRAINING, 3 in flight`,
      `${runnerId(4)} PENDING`,
      `${runnerId(2)} TERMINATED`,
      `${runnerId(1)} TERMINATED`
    ])
    assert.isTrue(out.endsWith(end), out)
  })
  it("prints every event as JSON, the report last", async () => {
    const { out } = await ebb(sandbox(), "apps rollout demo --watch --json")
    const values = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    assert.deepStrictEqual(values.slice(0, -1), [snapshot, draining, finished])
    assert.strictEqual(values.at(-1).id, "r-17")
    assert.strictEqual(values.at(-1).state, "finished")
  })
  it("draws over a picture on a terminal and gives the cursor back", async () => {
    const terminal = { terminal: true, columns: 80, env: { COLUMNS: "80", NO_COLOR: "1" } }
    const { out } = await ebb(sandbox(), "apps rollout demo --watch", terminal)
    const frames = out.split("\u001b[J")
    // oxlint-disable-next-line no-control-regex
    const plain = (frame = "") => frame.replace(/\u001b\[[?\d]*[A-Za-z]/g, "")
    expect(`\n${plain(frames.find((frame) => frame.includes("grace 30 s left")))}`).toMatchInlineSnapshot(`
      "
      Rollout r-17 of demo (graceful, stop first)                               00:00
        11111111  DRAINING      3 in flight    ░░░░░░░░░░░░░░░░   grace 30 s left
        11111111  TERMINATED    idle           after 100 ms
      + 11111111  PENDING
      drained 0 · errored 0 · retried 0 · waiting 2 · slots ready 0 of 12
      "
    `)
    expect(`\n${plain(frames.at(-2))}`).toMatchInlineSnapshot(`
      "
      Rollout r-17 of demo (graceful, stop first)                               00:03
        11111111  TERMINATED    24 drained     drained in 3.1 s
        11111111  TERMINATED    idle           after 100 ms
      + 11111111  PENDING
      drained 3 · errored 0 · retried 0 · waiting 2 · slots ready 0 of 12
      "
    `)
    assert.isTrue(out.endsWith(`\u001b[?25h${end}`))
  })
  it("says that an app is unknown before anything is begun", async () => {
    const unknown = new FakeSandbox.Refusal(404, "Application 'nope' not found")
    const refuse = () => Response.json({ detail: unknown.detail }, { status: unknown.status })
    const made = FakeSandbox.start({}, (_, url) => (url.pathname === "/v1/events" ? refuse() : null))
    open.push(made)
    assert.deepStrictEqual(await ebb(made, "apps rollout nope --watch"), {
      code: 1,
      out: "",
      err: "✘ Application 'nope' not found\n"
    })
  })
})

describe("ebb apps runners --watch", () => {
  it("goes on until Ctrl-C, exit 130", async () => {
    const controller = new AbortController()
    const made = FakeSandbox.start({ appRunners: () => ({ runners: [idle] }) }, (_, url) => {
      if (url.pathname !== "/v1/events") return null
      controller.abort()
      return new Response(new ReadableStream<Uint8Array>({ start: () => {} }))
    })
    open.push(made)
    const { code, out } = await ebb(made, "apps runners demo --watch", { interrupted: controller.signal })
    assert.deepStrictEqual([code, out], [130, `${idle.runner_id} IDLE\n`])
  })
  it("draws the tables on a terminal", async () => {
    const controller = new AbortController()
    let asked = 0
    const made = FakeSandbox.start({
      appRunners: () => {
        asked++
        if (asked === 2) controller.abort()
        return { runners: [idle] }
      }
    })
    open.push(made)
    const surroundings = { terminal: true, columns: 200, interrupted: controller.signal }
    const { code, out } = await ebb(made, "apps runners demo --watch", surroundings)
    assert.strictEqual(code, 130)
    assert.include(out, `│ ${demo.machine_types[0]}     │ ${idle.runner_id} │`)
    assert.isTrue(out.endsWith("\u001b[?25h"))
  })
})
