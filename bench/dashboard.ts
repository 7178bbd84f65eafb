// How smooth the page of a sandbox stays with 2,000 runners, all of which change 30 times a second, and how soon the page
// to play with follows a slider, and how smooth the film of a rollout of 64 runners runs. Needs Chromium.
import type { AppView, Changes, RunnerView, Snapshot } from "@ebb/protocol/rest/Events"
import { byKey, settingsWith } from "@ebb/core/domain/Settings"
import * as Chromium from "../apps/dashboard/test/Browser.ts"
import { median } from "./Numbers.ts"
import { page as assets } from "@ebb/dashboard/Serve"

const runnersMax = 2000
const messagesPerSecond = 30
const warmUpMs = 3000
const measuredMs = 10_000

const startMs = Date.now()
const states = ["IDLE", "RUNNING", "RUNNING", "RUNNING", "DRAINING", "SETUP"] as const

const runner = (number: number, turn: number): RunnerView => {
  const state = states[(number + Math.floor(turn / 20)) % states.length]!
  return {
    id: `${String(number).padStart(8, "0")}-0000-4000-8000-000000000000`,
    alias: "large",
    state,
    inFlight: state === "RUNNING" ? 1 + ((number + turn) % 8) : state === "DRAINING" ? 1 + (turn % 3) : 0,
    machineType: "GPU-H100",
    revision: "00000000-0000-4000-8000-000000000000",
    marked: false,
    sinceMs: startMs,
    expectedReadyMs: state === "SETUP" ? startMs + 60_000 : null,
    graceEndsMs: state === "DRAINING" ? startMs + 30_000 : null,
    rollouts: []
  }
}

const app = (turn: number): AppView => ({
  alias: "large",
  env: "main",
  waiting: turn % 100,
  inFlight: 7000 + (turn % 1000),
  slotsReady: 16_000 - (turn % 500),
  runners: runnersMax,
  accepted: turn * 300,
  completed: turn * 290,
  errored: Math.floor(turn / 30),
  cancelled: 0,
  errorsByType: { runner_disconnected: Math.floor(turn / 30) },
  latencyMs: { mean: 2000, p50: 1900 + (turn % 50), p90: 3000, p99: 6000 + (turn % 300), max: 9000, count: 4096 },
  force: { runners: runnersMax, errors: 5000, retries: 2000 },
  faults: [],
  scaling: {
    ...byKey(settingsWith({ isScaled: true }), (setting) => setting.default),
    maxConcurrency: runnersMax,
    maxMultiplexing: 8
  }
})

const views = (turn: number) => Array.from({ length: runnersMax }, (_, number) => runner(number, turn))

const snapshot: Snapshot = {
  type: "snapshot",
  seq: 1,
  atMs: Date.now(),
  apps: [app(0)],
  runners: views(0),
  rollouts: []
}

/** The runners of each turn as text, made beforehand: the measure is the page, not this server. */
const turns = Array.from({ length: 120 }, (_, turn) => JSON.stringify(views(turn)))

const changes = (turn: number): string => {
  const parts: Changes = {
    type: "changes",
    seq: turn + 2,
    atMs: Date.now(),
    apps: [app(turn)],
    runners: [],
    gone: [],
    rollouts: [],
    deleted: []
  }
  return JSON.stringify(parts).replace('"runners":[]', () => `"runners":${turns[turn % turns.length]!}`)
}

const events = (signal: AbortSignal): Response => {
  const encoder = new TextEncoder()
  let timer: ReturnType<typeof setInterval> | undefined
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      let turn = 0
      controller.enqueue(encoder.encode(`data: ${JSON.stringify(snapshot)}\n\n`))
      timer = setInterval(
        () => controller.enqueue(encoder.encode(`data: ${changes(turn++)}\n\n`)),
        1000 / messagesPerSecond
      )
      signal.addEventListener("abort", () => clearInterval(timer))
    },
    cancel: () => clearInterval(timer)
  })
  return new Response(body, { headers: { "content-type": "text/event-stream" } })
}

const answers: Readonly<Record<string, unknown>> = {
  "/v1/status": { speed: 1 },
  "/v1/teams": { teams: [] },
  "/v1/rollouts": { rollouts: [] }
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  fetch: async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === "/v1/events") return events(request.signal)
    const answer = answers[pathname]
    if (answer !== undefined) return Response.json(answer)
    return (await assets(pathname)) ?? new Response("", { status: 404 })
  }
})

interface Measured {
  /** Milliseconds from frame to frame. */
  readonly frames: ReadonlyArray<number>
  /** Milliseconds from a click in the grid to the frame that shows the runner it chose. */
  readonly clicks: ReadonlyArray<number>
  readonly messages: number
}

const measure = `(async () => {
  const seq = () => Number(document.querySelector("main").dataset.seq)
  const frames = []
  const clicks = []
  const firstSeq = seq()
  const endMs = performance.now() + ${measuredMs}
  const canvas = document.querySelector(".runner-grid canvas")
  let last = performance.now()
  let nextClickMs = last + 500
  while (last < endMs) {
    const nowMs = await new Promise((resolve) => requestAnimationFrame(resolve))
    frames.push(nowMs - last)
    last = nowMs
    if (nowMs < nextClickMs) continue
    nextClickMs = nowMs + 500
    const before = document.querySelector(".whole-id")?.textContent
    const clickedMs = performance.now()
    const { left, top, width, height } = canvas.getBoundingClientRect()
    const at = { clientX: left + Math.random() * width, clientY: top + Math.random() * height * 0.9, bubbles: true }
    canvas.dispatchEvent(new MouseEvent("click", at))
    while (document.querySelector(".whole-id")?.textContent === before && performance.now() - clickedMs < 1000) {
      last = await new Promise((resolve) => requestAnimationFrame(resolve))
    }
    clicks.push(performance.now() - clickedMs)
  }
  return { frames, clicks, messages: seq() - firstSeq }
})()`

/** Milliseconds from each step of a slider to the frame that shows what it changed. */
const drag = `(async () => {
  const slider = [...document.querySelectorAll(".controls input[type=range]")].at(-1)
  const steps = []
  for (let step = 0; step < 16; step++) {
    const fromMs = performance.now()
    slider.value = String(Number(slider.value) + 1)
    slider.dispatchEvent(new Event("input", { bubbles: true }))
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await frame()
    const shown = "the rollout at " + slider.getAttribute("aria-valuetext") + ";"
    while (!document.body.textContent.includes(shown)) await frame()
    steps.push(performance.now() - fromMs)
  }
  return steps
})()`

/** A rollout of 64 runners that have some hundreds of requests in flight. */
const filmed = `app: { name: filmed, max_multiplexing: 8, termination_grace_period: 30s }
scaling: { min_concurrency: 64, max_concurrency: 64 }
runner: { scheduling: 2s, setup: { lognormal: { p50: 8s, p99: 15s } } }
traffic: [{ kind: { mixed: { queued: 0.5 } }, arrivals: { poisson: 80/s }, service: { lognormal: { p50: 4s, p99: 12s } } }]
rollouts: [{ at: 1m }]
run: { for: 3m, warmup: 20s, window: 1m, seeds: 1 }
`

/** Milliseconds from frame to frame while the film plays. */
const film = `(async () => {
  const frames = []
  const end = performance.now() + ${measuredMs}
  for (let last = performance.now(); last < end; ) {
    const nowMs = await new Promise((resolve) => requestAnimationFrame(resolve))
    frames.push(nowMs - last)
    last = nowMs
  }
  return frames
})()`

const at = (values: ReadonlyArray<number>, share: number): string => {
  const sorted = [...values].sort((a, b) => a - b)
  return `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)} ms`
}

const line = (name: string, values: ReadonlyArray<number>): string =>
  `${name.padEnd(28)} p50 ${at(values, 0.5)}   p99 ${at(values, 0.99)}   max ${at(values, 1)}`

if (!Chromium.isThere) process.exit(0)
const browser = await Chromium.launch()
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
await page.goto(server.url.href)
await page.locator(".runner-grid canvas").waitFor()
await page.waitForTimeout(warmUpMs)
const { clicks, frames, messages } = await page.evaluate<Measured>(measure)
const picture = process.argv[2]
if (picture !== undefined) await page.screenshot({ path: picture })
await page.close()
/** So many that they take five seconds on two workers: the first one is simulated before there are others to share with. */
const seeds = 200

/** Looks every 10 ms whether the page says so: Playwright looks twice a second, and the work takes a few seconds. */
const isShown = (text: string): string => `new Promise((resolve) => {
  const look = () =>
    [...document.querySelectorAll("[role=status]")].some(({ textContent }) => textContent.includes("${text}"))
      ? resolve()
      : setTimeout(look, 10)
  look()
})`

/** Milliseconds until the page has rehearsed them, with so many workers. */
const rehearsedIn = async (workers: number): Promise<number> => {
  const alone = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  await alone.addInitScript(`Object.defineProperty(navigator, "hardwareConcurrency", { get: () => ${workers} })`)
  alone.setDefaultTimeout(300_000)
  await alone.goto(new URL("/play", server.url).href)
  await alone.locator('[data-done="true"]').waitFor()
  const fromMs = performance.now()
  await alone.getByRole("spinbutton", { name: "Seeds" }).fill(String(seeds))
  await alone.evaluate(isShown(`${seeds} seeds,`))
  const ms = performance.now() - fromMs
  await alone.close()
  return ms
}
const speedUps: Array<number> = []
for (let turn = 0; turn < 5; turn++) speedUps.push((await rehearsedIn(1)) / (await rehearsedIn(2)))

const played = await browser.newPage({ viewport: { width: 1280, height: 900 } })
await played.goto(new URL("/play", server.url).href)
await played.locator('[data-done="true"]').waitFor()
const steps = await played.evaluate<ReadonlyArray<number>>(drag)
await played.getByRole("textbox", { name: "The spec" }).fill(filmed)
await played.locator('canvas[aria-label*="runners 64 ready"]').first().waitFor()
await played.getByRole("button", { name: "Play", exact: true }).click()
const filmFrames = await played.evaluate<ReadonlyArray<number>>(film)
process.stdout.write(
  [
    `${runnersMax} runners, all of them in each of ${messagesPerSecond} messages a second, for ${measuredMs / 1000} s`,
    `${"messages shown".padEnd(28)} ${((messages / measuredMs) * 1000).toFixed(1)} a second`,
    line("frame to frame", frames),
    line("click to chosen runner", clicks),
    line("slider to redrawn rehearsal", steps),
    `${`two workers, ${seeds} seeds`.padEnd(28)} ${median(speedUps).toFixed(2)}× as fast as one (at least 1.5×)`,
    line("film, frame to frame", filmFrames),
    ""
  ].join("\n")
)
await browser.close()
await server.stop(true)
process.exit(median(speedUps) < 1.5 ? 1 : 0)
