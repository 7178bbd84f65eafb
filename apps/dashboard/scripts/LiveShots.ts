import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import type { View } from "../test/Browser.ts"
import * as LivePage from "../test/LivePage.ts"
import { LiveSandbox } from "../test/LiveSandbox.ts"
import { type Camera, looks, patienceMs } from "./Camera.ts"

const spec = (name: string, runners: number, most = runners * 2): string => `app:
  name: ${name}
  machine_type: GPU-H100
  max_multiplexing: 4
  termination_grace_period: 20s
scaling:
  min_concurrency: ${runners}
  max_concurrency: ${most}
runner:
  scheduling: 400ms
  setup: 3s
  teardown: 300ms
  service: { lognormal: { p50: 2s, p99: 7s } }
`

interface Seat {
  readonly look: Required<View>
  readonly page: Page
}

/** Requests one after another, so many at a time, until the answer is called. */
const load = (sandbox: LiveSandbox, app: string, clients: number): (() => void) => {
  let isOver = false
  const client = async (_: unknown, number: number): Promise<void> => {
    const way = number % 3 === 0 ? "queue.fal.run" : "fal.run"
    for (let turn = 0; !isOver; turn++) {
      // Those that still wait when the sandbox stops get no answer.
      await sandbox.call(app, `${700 + ((number * 1231 + turn * 977) % 4300)}ms`, way).catch(() => 0)
      if (way === "queue.fal.run") await Bun.sleep(1500)
    }
  }
  Array.from({ length: clients }, client)
  return () => {
    isOver = true
  }
}

/** Takes every view of the page of a sandbox. */
export class LiveShots {
  private readonly browser: Browser
  private readonly camera: Camera
  private readonly sandbox: LiveSandbox
  private readonly seats: ReadonlyArray<Seat>

  private constructor(browser: Browser, camera: Camera, sandbox: LiveSandbox, seats: ReadonlyArray<Seat>) {
    this.browser = browser
    this.camera = camera
    this.sandbox = sandbox
    this.seats = seats
  }

  static async take(browser: Browser, camera: Camera, folder: string): Promise<void> {
    const sandbox = await LiveSandbox.start(join(folder, "data"))
    const seats: Array<Seat> = []
    for (const look of looks) {
      const { page } = await LivePage.signIn(browser, sandbox, look)
      page.setDefaultTimeout(patienceMs)
      seats.push({ look, page })
    }
    const shots = new LiveShots(browser, camera, sandbox, seats)
    await shots.strangers()
    await shots.views()
    await shots.large()
    await sandbox.stop()
    await shots.each("live-reconnecting", "#/app/chat", (page) => page.locator('[data-link="lost"]').waitFor())
    for (const { page } of seats) await page.context().close()
  }

  private async each(name: string, hash: string, settle: (page: Page) => Promise<unknown>): Promise<void> {
    for (const { look, page } of this.seats) {
      await page.setViewportSize({ width: look.width, height: 900 })
      await LivePage.go(page, hash)
      await settle(page)
    }
    for (const { look, page } of this.seats) await this.camera.shoot(page, name, look)
  }

  private async strangers(): Promise<void> {
    for (const look of looks) {
      const { context, page } = await LivePage.open(this.browser, this.sandbox, `${this.sandbox.url}/?link=used`, look)
      await page.getByText("ebb dashboard").waitFor()
      await this.camera.shoot(page, "live-sign-in", look)
      await context.close()
    }
    await this.each("live-empty", "#/apps", (page) => page.getByText("There is none yet").waitFor())
  }

  private async views(): Promise<void> {
    const { sandbox } = this
    await sandbox.post("/v1/apps", { spec: spec("chat", 10) })
    await sandbox.post("/v1/apps", { spec: spec("images", 4) })
    await this.each("live-add", "#/add", async (page) => {
      await page.getByRole("textbox", { name: "spec" }).fill(spec("video", 2).replace("max_multi", "max_mult"))
      await page.getByRole("button", { name: "Deploy" }).click()
      await page.getByText("did you mean").waitFor()
    })
    const ends = [load(sandbox, "chat", 26), load(sandbox, "images", 5)]
    await Bun.sleep(22_000)
    await sandbox.post("/v1/apps/chat/rollouts", { order: "stop_first" })
    await Bun.sleep(16_000)
    await sandbox.post("/v1/apps/chat/rollouts", { force: true })
    await Bun.sleep(14_000)
    await this.each("live-apps", "#/apps", (page) => page.locator('[data-app="chat"]').waitFor())
    await this.each("live-app", "#/app/chat", async (page) => {
      await page.getByRole("listbox").press("ArrowRight")
      await page.locator(".facts").waitFor()
    })
    await this.each("live-force", "#/app/chat", async (page) => {
      await page.getByRole("button", { name: "Force…" }).click()
      await page.getByRole("dialog").waitFor()
    })
    for (const { page } of this.seats) {
      await page.keyboard.press("Escape")
      await page.getByRole("listbox").press("Escape")
    }
    await this.each("live-dry", "#/app/chat", async (page) => {
      await page.getByRole("button", { name: "What would happen now?" }).click()
      await page.locator(".dry-run").waitFor()
    })
    await this.each("live-nothing", "#/app/gone", (page) => page.getByText("no such app").waitFor())
    await LivePage.go(this.seats[0]!.page, "#/app/chat")
    await sandbox.post("/v1/apps/chat/rollouts", { order: "replace_first" })
    await Bun.sleep(4800)
    await this.each("live-rolling", "#/app/chat", (page) => page.getByRole("listbox").waitFor())
    await this.each("live-rollout", "#/rollout/r-2", (page) => page.getByText("The same in a terminal").waitFor())
    await this.alarm()
    for (const end of ends) end()
  }

  /** Requests wait for an app whose runners cannot start again. */
  private async alarm(): Promise<void> {
    const { sandbox } = this
    await sandbox.post("/v1/apps/images/faults", { do: "setup_failure" })
    await sandbox.post("/v1/apps/images/rollouts", { force: true })
    await this.each("live-alarm", "#/app/images", async (page) => {
      await page.getByRole("alert").getByText("Nothing serves").waitFor()
    })
  }

  private async large(): Promise<void> {
    const { sandbox } = this
    await sandbox.post("/v1/apps", { spec: spec("large", 2000, 2000) })
    const [{ page }] = this.seats as [Seat]
    await LivePage.go(page, "#/app/large")
    await LivePage.says(page, "slotsReady", "8,000")
    for (let batch = 0; batch < 12; batch++) {
      const one = (_: unknown, number: number) => sandbox.call("large", `${20 + (number % 40)}s`, "queue.fal.run")
      await Promise.all(Array.from({ length: 250 }, one))
    }
    await this.each("live-large", "#/app/large", (one) => one.getByRole("listbox").waitFor())
  }
}
