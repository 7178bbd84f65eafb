import type { RunnerView, Snapshot } from "@ebb/protocol/rest/Events"
import * as Terminal from "@ebb/cli/kit/Terminal"
import * as TopText from "@ebb/cli/commands/top/TopText"
import * as Trend from "@ebb/cli/commands/top/Trend"
import { Series } from "@ebb/protocol/live/Series"
import { TopState } from "@ebb/cli/commands/top/TopState"
import { assert, describe, it } from "@effect/vitest"
import { app, changes, draining, runner, snapshot, startMs } from "./EventSamples.ts"
import * as FakeIo from "./FakeIo.ts"
import * as FakeSandbox from "./FakeSandbox.ts"
import { begun } from "./golden/Samples.ts"
import { ebb } from "./RunEbb.ts"

const terminalOf = (env: Readonly<Record<string, string>>) =>
  Terminal.make(FakeIo.make({ terminal: true, columns: 80 }).io.stdout, env, false)
const plain = terminalOf({ NO_COLOR: "1" })
const small = { columns: 80, rows: 24 }

const show = (state: TopState, size = small, terminal = plain): ReadonlyArray<string> =>
  TopText.render(state, terminal, size, startMs)

/** A sandbox seen at the moment of that snapshot. */
const seen = (first: Snapshot = snapshot, only: string | null = null): TopState => {
  const state = new TopState(only)
  state.host = "localhost:8787"
  state.fold(first, startMs)
  return state
}

const many: Snapshot = {
  ...snapshot,
  apps: Array.from({ length: 50 }, (_, at) => ({ ...app, alias: `app-${String(at).padStart(2, "0")}` })),
  runners: []
}

const crowd: Snapshot = {
  ...snapshot,
  runners: Array.from({ length: 2000 }, (_, at): RunnerView => {
    const state = at % 100 === 0 ? "DRAINING" : "IDLE"
    return { ...runner(1, state), id: `${String(at).padStart(8, "0")}-runner`, rollouts: [] }
  })
}

describe("the strip of the slots", () => {
  it("shows the least of each part, to a scale that goes to the most that there were", () => {
    const series = new Series()
    // 28 slots, gone and back once in each part of 15 s.
    for (let at = 0; at <= 20; at++) {
      series.add(startMs + at * 15_000, { ...app, slotsReady: 0 })
      series.add(startMs + at * 15_000 + 7000, { ...app, slotsReady: 28 })
    }
    const { greatest, least } = Trend.strip(series, "slotsReady", startMs + 307_000, 20, plain)
    assert.deepStrictEqual([least, greatest], [0, 28])
  })
})

describe("the screen of ebb top", () => {
  it("shows the command that ends a fault whole, on a line of its own where it has to", () => {
    const faults = [{ do: "setup_failure" as const, sinceMs: startMs, untilMs: null }]
    const state = seen({ ...snapshot, apps: [{ ...app, faults }] }, "demo")
    const lines = show(state)
    const at = lines.findIndex((line) => line.includes("fault setup_failure is in force; end it with:"))
    assert.strictEqual(lines[at + 1]!.trimEnd(), "  ebb apps fault demo setup_failure --stop")
    const wide = show(state, { columns: 120, rows: 24 }).join("\n")
    assert.include(wide, "is in force; end it with: ebb apps fault demo setup_failure --stop")
  })
  it("is as large as the terminal, whatever that is", () => {
    for (const columns of [40, 80, 200]) {
      for (const rows of [6, 24, 60]) {
        for (const state of [seen(), seen(many), seen(crowd, "demo"), seen({ ...snapshot, apps: [] })]) {
          const lines = show(state, { columns, rows })
          assert.strictEqual(lines.length, rows)
          assert.isTrue(lines.every((line) => line.length < columns))
        }
      }
    }
  })
  it("keeps the chosen app in sight among many", () => {
    const state = seen(many)
    assert.include(show(state).join("\n"), "> app-00")
    for (let step = 0; step < 30; step++) state.press("j")
    assert.include(show(state).join("\n"), "> app-30")
    state.press("k")
    state.press("home")
    state.press("up")
    assert.include(show(state).join("\n"), "> app-00")
    state.press("end")
    assert.include(show(state).join("\n"), "> app-49")
    assert.match(show(state).join("\n"), /… \d+ more apps/)
  })
  it("opens the chosen app, shows those that drain first, scrolls, and goes back", () => {
    const state = seen(crowd)
    state.press("return")
    const text = show(state).join("\n")
    assert.include(text, "1980 IDLE, 20 DRAINING")
    assert.match(text, /00000000 {2}DRAINING +0 +0 s +░+ {3}grace 30 s left/)
    assert.match(text, /… 1\d\d\d more: 1980 IDLE/)
    state.press("end")
    assert.include(show(state).join("\n"), "00001999  IDLE")
    state.press("escape")
    assert.include(show(state).join("\n"), "enter open")
  })
  it("stays at the one app it was asked for", () => {
    const state = seen(snapshot, "demo")
    state.press("escape")
    assert.include(show(state)[0], "ebb top demo at localhost:8787")
    state.fold(changes(2, 10, { deleted: ["demo"] }), startMs)
    assert.include(show(state).join("\n"), "Application 'demo' is gone.")
  })
  it("shows rollouts under way, and what the newest one did", () => {
    const state = seen()
    state.fold(draining, startMs + 100)
    assert.include(show(state)[0], "1 rollout under way")
    assert.include(show(state).join("\n"), "r-17 graceful · ░░░░░░░░░░░░░░░░ 0 of 6 runners ended")
    state.fold(changes(3, 900, { rollouts: [{ ...begun, state: "finished", ended: 6, drained: 24 }] }), startMs + 900)
    assert.include(show(state).join("\n"), "r-17 graceful · 6 runners · finished · drained 24 · errored 0 · retried 0")
  })
  it("counts errors by type, in red where there is colour", () => {
    const errorsByType = { runner_disconnected: 3, request_timeout: 9 }
    const state = seen()
    state.fold(changes(2, 1000, { apps: [{ ...app, errored: 12, errorsByType }] }), startMs + 1000)
    assert.include(show(state).join("\n"), "error types: request_timeout 9, runner_disconnected 3")
    assert.include(show(state, small, terminalOf({})).join("\n"), "\u001b[31merrors")
  })
  it("says that the sandbox is gone, keeps what is known, and begins anew when it is back", () => {
    const state = seen()
    state.lose(startMs + 10)
    assert.include(show(state)[0], "gone, trying again")
    assert.include(show(state).join("\n"), "> demo")
    state.fold({ ...snapshot, seq: 1, apps: [{ ...app, alias: "other" }], runners: [] }, startMs + 5000)
    assert.notInclude(show(state).join("\n"), "demo")
    assert.include(show(state).join("\n"), "> other")
  })
  it("leaves with q and with Ctrl-C, and with nothing else", () => {
    const state = seen()
    assert.deepStrictEqual(
      ["q", "C-c", "x", "up", "return"].map((key) => state.press(key)),
      [true, true, false, false, false]
    )
  })
})

/** A sandbox that tells these messages to each who follows it, and then goes away; `onFollowed` hears of each. */
const telling = (messages: ReadonlyArray<object>, onFollowed: () => void): FakeSandbox.FakeSandbox => {
  const body = messages.map((message) => `data: ${JSON.stringify(message)}\n\n`).join("")
  return FakeSandbox.start({}, (_, url) => {
    if (url.pathname !== "/v1/events") return null
    onFollowed()
    return new Response(body, { headers: { "content-type": "text/event-stream" } })
  })
}

/** Ends `ebb top` when it has come back for the second time. */
const twice = () => {
  const controller = new AbortController()
  let count = 0
  const onFollowed = (): void => {
    count++
    if (count === 3) controller.abort()
  }
  return { interrupted: controller.signal, onFollowed }
}

describe("ebb top off a terminal", () => {
  it("prints a line for an app when it changes, and follows the sandbox when it comes back", async () => {
    const { interrupted, onFollowed } = twice()
    const later = changes(2, 50, { apps: [{ ...app, errored: 2, errorsByType: { runner_disconnected: 2 } }] })
    const { code, err, out } = await ebb(telling([snapshot, later], onFollowed), "top", { interrupted })
    assert.strictEqual(code, 0)
    assert.include(err, "The sandbox is gone; waiting for it. Ctrl-C to leave.\n")
    const first = [
      "2026-01-01T00:00:00.000Z demo: 2 runners · in flight 3 · waiting 0 · slots ready 12 · completed 0 · errored 0 · p50 – · p99 –",
      "2026-01-01T00:00:00.050Z demo: 2 runners · in flight 3 · waiting 0 · slots ready 12 · completed 0 · errored 2 (runner_disconnected 2) · p50 – · p99 –"
    ]
    assert.deepStrictEqual(out.trimEnd().split("\n").slice(0, 4), [...first, ...first])
  })
  it("does so too on a terminal that is to get no escape sequence", async () => {
    const { interrupted, onFollowed } = twice()
    const { out } = await ebb(telling([snapshot], onFollowed), "top --no-color", { interrupted, terminal: true })
    assert.match(out, /^2026-01-01T00:00:00.000Z demo: 2 runners · /)
    assert.notInclude(out, "\u001b")
  })
  it("prints JSON Lines", async () => {
    const { interrupted, onFollowed } = twice()
    const { out } = await ebb(telling([snapshot], onFollowed), "top --json", { interrupted, terminal: true })
    assert.deepStrictEqual(JSON.parse(out.split("\n")[0]!), { ...app, atMs: startMs })
  })
  it("is an error where no sandbox is, and where the app is not there", async () => {
    const gone = telling([], () => {})
    await gone.stop()
    assert.deepStrictEqual(await ebb(gone, "top"), {
      code: 1,
      out: "",
      err: `✘ No sandbox answers at ${gone.host}. Start one with: ebb up\n`
    })
    const refuse = () => Response.json({ detail: "Application 'nope' not found" }, { status: 404 })
    const made = FakeSandbox.start({}, (_, url) => (url.search === "?app=nope" ? refuse() : null))
    const { code, err } = await ebb(made, "top nope", { terminal: true, env: { NO_COLOR: "1" } })
    assert.deepStrictEqual([code, err], [1, "✘ Application 'nope' not found\n"])
  })
})
