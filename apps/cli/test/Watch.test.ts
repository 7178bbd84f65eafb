import type { Message } from "@ebb/protocol/rest/Events"
import { assert, describe, expect, it } from "@effect/vitest"
import { onTestFinished } from "vitest"
import { app, changes, draining, finished, idOf, report, runner, snapshot, startMs } from "./EventSamples.ts"
import * as FakeSandbox from "./FakeSandbox.ts"
import { begun, demo, idle, status } from "./golden/Samples.ts"
import { ebb } from "./RunEbb.ts"

/** The new runner serves: as many slots are ready as before. */
const recovered = changes(4, 4200, {
  runners: [{ ...runner(4, "IDLE"), sinceMs: startMs + 4200 }],
  apps: [{ ...app, slotsReady: 12 }]
})

/**
 * A sandbox whose events come when its rollout is begun, and whose report comes after the last of them; only the event
 * that the slots are back comes so long after the report that says so.
 */
const sandbox = ({
  ends = true,
  onReport = () => {},
  recoversAtLook = 0,
  last = finished,
  eventLateMs = 0
} = {}): FakeSandbox.FakeSandbox => {
  const encoder = new TextEncoder()
  let looks = 0
  let events: ReadableStreamDefaultController<Uint8Array> | null = null
  let late: ReturnType<typeof setTimeout> | undefined
  onTestFinished(() => clearTimeout(late))
  const tell = (message: Message) => events?.enqueue(encoder.encode(`data: ${JSON.stringify(message)}\n\n`))
  const follow = (): Response => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        events = controller
        tell(snapshot)
      },
      cancel: () => {
        events = null
      }
    })
    return new Response(body, { headers: { "content-type": "text/event-stream" } })
  }
  return FakeSandbox.start(
    {
      status: () => status,
      rollout: () => {
        assert.isNotNull(events)
        tell(draining)
        return begun
      },
      rolloutReport: ({ query }) => {
        onReport()
        if (!ends) return new Promise(() => {})
        if (JSON.stringify(query) !== "{}") tell(last)
        const recoveryMs = looks++ < recoversAtLook ? null : report.capacity.recoveryMs
        if (recoveryMs !== null && looks === recoversAtLook + 1) late = setTimeout(() => tell(recovered), eventLateMs)
        const slotsReadyBefore = app.slotsReady
        return { ...report, capacity: { ...report.capacity, slotsReadyBefore, recoveryMs } }
      },
      appRunners: () => ({ runners: [idle] })
    },
    (_, url) => (url.pathname === "/v1/events" ? follow() : null)
  )
}

const leftAlone = "Rollout r-17 is still in progress. Follow it with: ebb rollouts report r-17\n✘ Aborted.\n"

const end =
  "Rolled out application demo: 3 requests in flight, 3 drained, 0 errored. 1 runner in 6.4 s, recovered after 4.2 s.\n" +
  "Report: ebb rollouts report r-17\n"

const restOfScreen = "\u001b[J"
// oxlint-disable-next-line no-control-regex
const escapes = /\u001b\[[?\d]*[A-Za-z]/g

/** What stands on the terminal after the last picture: a line that did not change is passed over in the next. */
const pictureOf = (out: string): string => {
  let lines: ReadonlyArray<string> = []
  for (const frame of out.split(restOfScreen).slice(0, -1)) {
    const drawn = frame.replace(escapes, "").replace(/\r\n$/, "").split("\r\n")
    lines = drawn.map((line, at) => (line === "" ? lines[at]! : line))
  }
  return lines.join("\n")
}

describe("ebb apps rollout --watch", () => {
  it("prints a line for each change off a terminal, then what became of it", async () => {
    const { code, err, out } = await ebb(sandbox(), "apps rollout demo --watch")
    assert.deepStrictEqual([code, err], [0, ""])
    const lines = out.trimEnd().split("\n")
    assert.include(lines, "rollout r-17 (graceful): 6 runners, 24 requests in flight")
    const changed = lines.filter((line) => /^\d{8}-/.test(line))
    assert.deepStrictEqual(changed, [
      `${idOf(1)} DRAINING, 3 in flight`,
      `${idOf(4)} PENDING`,
      `${idOf(2)} TERMINATED`,
      `${idOf(1)} TERMINATED`,
      `${idOf(4)} IDLE`
    ])
    assert.isTrue(out.endsWith(end), out)
  })
  it.each([
    ["apps rollout demo --watch --no-color", {}],
    ["apps rollout demo --watch", { TERM: "dumb" }]
  ])("prints the same lines on a terminal that is to get no escape sequence: %s", async (line, env) => {
    const { err, out } = await ebb(sandbox(), line, { terminal: true, env })
    assert.strictEqual(err, "")
    assert.include(out.split("\n"), `${idOf(1)} DRAINING, 3 in flight`)
    assert.notInclude(out, "\u001b")
  })
  it("prints every event as JSON, the report last", async () => {
    const { out } = await ebb(sandbox(), "apps rollout demo --watch --json")
    const values = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    assert.deepStrictEqual(values.slice(0, -1), [snapshot, draining, finished, recovered])
    assert.strictEqual(values.at(-1).id, "r-17")
    assert.strictEqual(values.at(-1).state, "finished")
  })
  it("goes on after the last runner ended until as many slots are ready as before", async () => {
    const { code, out } = await ebb(sandbox({ recoversAtLook: 2 }), "apps rollout demo --watch")
    assert.strictEqual(code, 0)
    assert.isTrue(out.endsWith(end), out)
  })
  it("does not wait for slots that nothing is about to bring", async () => {
    const still = {
      ...finished,
      runners: finished.runners.filter(({ state }) => state !== "PENDING"),
      gone: finished.gone.concat(idOf(4))
    }
    const { out } = await ebb(sandbox({ recoversAtLook: Infinity, last: still }), "apps rollout demo --watch")
    assert.include(out, "not recovered yet.\n")
  })
  it("draws over a picture on a terminal and gives the cursor back", async () => {
    const terminal = { terminal: true, columns: 80, env: { COLUMNS: "80", NO_COLOR: "1" } }
    // What stands there at last is what the sentence below speaks of, however late the sandbox tells of it.
    const { out } = await ebb(sandbox({ eventLateMs: 20 }), "apps rollout demo --watch", terminal)
    const last = pictureOf(out)
    expect(`\n${last}\n`).toMatchInlineSnapshot(`
      "
      Rollout r-17 of demo (graceful)                                           00:03
        11111111  TERMINATED    3 drained      drained in 3.1 s
        22222222  TERMINATED    idle           after 100 ms
      + 44444444  IDLE                         ready after 4.2 s
      drained 3 · errored 0 · retried 0 · waiting 0 · slots ready 12 of 12
      "
    `)
    const said = out.split("\u001b[?25h").at(-1)!.trimEnd().split("\n")
    assert.isTrue(said.every((line) => line.length <= 80))
    assert.strictEqual(said.join(" "), end.trimEnd().replace("\n", " "))
  })
  it("does not say that the slots are not back where the last start ended after the last look", async () => {
    const still = { ...finished, runners: [runner(4, "IDLE")] }
    const { out } = await ebb(sandbox({ recoversAtLook: 1, last: still }), "apps rollout demo --watch")
    assert.isTrue(out.endsWith(end), out)
  })
  it("ends as well where the slots that were back are gone again", async () => {
    const { code, out } = await ebb(sandbox({ eventLateMs: 5000 }), "apps rollout demo --watch")
    assert.strictEqual(code, 0)
    assert.isTrue(out.endsWith(end), out)
  })
  it("leaves the rollout alone at Ctrl-C and says how to follow it", async () => {
    const controller = new AbortController()
    const made = sandbox({ onReport: () => controller.abort(), ends: false })
    const { code, err } = await ebb(made, "apps rollout demo --watch", { interrupted: controller.signal })
    assert.deepStrictEqual([code, err], [130, leftAlone])
  })
  it("does the same without a picture, for --wait", async () => {
    const controller = new AbortController()
    const report = () => {
      controller.abort()
      return new Promise<never>(() => {})
    }
    const made = FakeSandbox.start({ rollout: () => begun, rolloutReport: report })
    const { code, err } = await ebb(made, "apps rollout demo --wait", { interrupted: controller.signal })
    assert.deepStrictEqual([code, err], [130, leftAlone])
  })
  it("ends with what to do when the sandbox goes away", async () => {
    const made = sandbox({ onReport: () => void made.stop(), ends: false })
    const { code, err } = await ebb(made, "apps rollout demo --watch")
    const what = `The sandbox at ${made.host} went away during rollout r-17. Once it is up again: ebb rollouts report r-17`
    assert.deepStrictEqual([code, err], [1, `✘ ${what}\n`])
  })
  it("says that an app is unknown before anything is begun", async () => {
    const unknown = new FakeSandbox.Refusal(404, "Application 'nope' not found")
    const refuse = () => Response.json({ detail: unknown.detail }, { status: unknown.status })
    const made = FakeSandbox.start({}, (_, url) => (url.pathname === "/v1/events" ? refuse() : null))
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
    const surroundings = { terminal: true, columns: 200, interrupted: controller.signal }
    const { code, out } = await ebb(made, "apps runners demo --watch", surroundings)
    assert.strictEqual(code, 130)
    assert.include(out, `│ ${demo.machine_types[0]}     │ ${idle.runner_id} │`)
    assert.isTrue(out.endsWith("\u001b[?25h"))
  })

  const broke = (host: string, again: string) =>
    `✘ The connection to ${host} broke, so the runners are no longer shown. Once the sandbox answers: ${again}\n`

  /** A sandbox that tells what there is, and whose events then end as they are told. */
  const following = (end: (events: ReadableStreamDefaultController<Uint8Array>) => unknown) =>
    FakeSandbox.start({ appRunners: () => ({ runners: [idle] }) }, (_, url) => {
      if (url.pathname !== "/v1/events") return null
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(snapshot)}\n\n`)),
        pull: async (controller) => void (await end(controller))
      })
      return new Response(body, { headers: { "content-type": "text/event-stream" } })
    })

  it.each([
    ["apps runners demo --watch", "ebb apps runners --watch demo"],
    ["apps runners demo --watch --env main --json", "ebb apps runners --env main --watch demo --json"]
  ])("fails where the connection ends, and says what to do: %s", async (line, again) => {
    for (const end of ["close", "error"] as const) {
      const seen = Promise.withResolvers<void>()
      const made = following((events) => seen.promise.then(() => events[end]()))
      const { code, err } = await ebb(made, line, { onOut: () => seen.resolve() })
      assert.deepStrictEqual([code, err], [1, broke(made.host, again)])
    }
  })
  it.each([{ terminal: false }, { terminal: true }])("fails where the sandbox is gone: %o", async (surroundings) => {
    const made: FakeSandbox.FakeSandbox = following(() => {})
    const onOut = () => void made.stop()
    const { code, err, out } = await ebb(made, "apps runners demo --watch", { ...surroundings, onOut })
    assert.strictEqual(code, 1)
    assert.include(out, idle.runner_id)
    assert.include(err.replaceAll(escapes, ""), broke(made.host, "ebb apps runners --watch demo").trim())
  })
  it("says what the sandbox refuses as it says it, if that is why", async () => {
    let asked = 0
    const refused = new FakeSandbox.Refusal(401, "Invalid credentials")
    const made = FakeSandbox.start({ appRunners: () => (asked++ === 0 ? { runners: [idle] } : refused) }, (_, url) =>
      url.pathname === "/v1/events" ? new Response("", { headers: { "content-type": "text/event-stream" } }) : null
    )
    const { code, err } = await ebb(made, "apps runners demo --watch")
    assert.deepStrictEqual([code, err], [1, "✘ Invalid credentials\n"])
  })
  it("says that none is there where none was from the start", async () => {
    const made = FakeSandbox.start()
    await made.stop()
    const { code, err } = await ebb(made, "apps runners demo --watch")
    assert.deepStrictEqual([code, err], [1, `✘ No sandbox answers at ${made.host}. Start one with: ebb up\n`])
  })
})
