import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { AppView, Message, RunnerView } from "@ebb/protocol/rest/Events"
import { rmSync } from "node:fs"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import * as Chromium from "./Browser.ts"
import * as Ebb from "./Ebb.ts"
import * as LivePage from "./LivePage.ts"
import { LiveSandbox, quick } from "./LiveSandbox.ts"

const measures = ["runners", "inFlight", "waiting", "slotsReady", "completed", "errored", "cancelled"] as const

/** What the page showed when it showed that message. */
interface Shown {
  readonly seq: number
  readonly numbers: Readonly<Record<string, string>>
  /** Runners by state, as the grid is read out. */
  readonly grid: string
}

/** Writes down in the page what it shows with every message. */
const record = `
  window.shown = []
  const take = () => {
    const main = document.querySelector("main")
    const numbers = {}
    for (const one of document.querySelectorAll(".numbers-now [data-measure]")) numbers[one.dataset.measure] = one.textContent
    const grid = document.querySelector(".runner-grid")?.getAttribute("aria-label") ?? ""
    if (shown.at(-1)?.seq !== Number(main.dataset.seq)) shown.push({ seq: Number(main.dataset.seq), numbers, grid })
  }
  new MutationObserver(take).observe(document.querySelector("main"), { attributes: true, attributeFilter: ["data-seq"] })
`

/** What the API said up to a message. */
class Told {
  app: AppView | null = null
  readonly runners = new Map<string, RunnerView>()

  take(message: Message): void {
    if (message.type === "snapshot") this.runners.clear()
    for (const runner of message.runners) this.runners.set(runner.id, runner)
    if (message.type === "changes") for (const id of message.gone) this.runners.delete(id)
    this.app = message.apps[0] ?? this.app
  }

  get numbers(): Readonly<Record<string, string>> {
    return Object.fromEntries(measures.map((name) => [name, String(this.app![name])]))
  }

  /** `Runners of x: 2 IDLE, 1 RUNNING` as a set of counts. */
  get states(): ReadonlySet<string> {
    const counts = new Map<string, number>()
    for (const { state } of this.runners.values()) counts.set(state, (counts.get(state) ?? 0) + 1)
    return new Set([...counts].map(([state, count]) => `${count} ${state}`))
  }
}

const statesOf = (grid: string): ReadonlySet<string> => new Set(grid.replace(/^.*: /, "").split(", "))

describe.runIf(Chromium.isThere)("the numbers of the page", () => {
  const folder = Ebb.folder()
  let browser: Browser

  beforeAll(async () => {
    browser = await Chromium.launch()
  })

  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  it("are those of the API at the same message, through a whole rollout", async () => {
    const sandbox = await LiveSandbox.start(join(folder, "numbers"))
    await sandbox.post("/v1/apps", { spec: quick("same", 4) })
    const { context, page } = await LivePage.signIn(browser, sandbox)
    await LivePage.says(page, "slotsReady", "8")
    const listening = await sandbox.listen()
    await page.evaluate(record)
    let isOver = false
    const client = async (_: unknown, number: number): Promise<void> => {
      while (!isOver) await sandbox.call("same", `${400 + number * 61}ms`)
    }
    const clients = Array.from({ length: 12 }, client)
    const seen = () => page.evaluate<ReadonlyArray<Shown>>("shown")
    await sandbox.call("same", "900ms")
    await sandbox.post("/v1/apps/same/rollouts", { order: "stop_first" })
    await LivePage.finished(page, "r-1")
    // A busy machine is told less often.
    while (compare(await seen(), listening.messages) < 10) await sandbox.call("same", "400ms")
    isOver = true
    await Promise.all(clients)
    await LivePage.says(page, "inFlight", "0")
    const shown = await seen()
    listening.end()
    assert.isAtLeast(compare(shown, listening.messages), 10)
    await context.close()
    await sandbox.stop()
  })

  /** Compares each message that both saw; answers how many there were. */
  const compare = (shown: ReadonlyArray<Shown>, messages: ReadonlyArray<Message>): number => {
    const bySeq = new Map(shown.map((one) => [one.seq, one]))
    const told = new Told()
    let compared = 0
    for (const message of messages) {
      told.take(message)
      const one = bySeq.get(message.seq)
      if (one === undefined || told.app === null) continue
      const { p50: _, p99: __, perSecond: ___, ...numbers } = one.numbers
      assert.deepStrictEqual(numbers, told.numbers, `message ${message.seq}`)
      if (told.runners.size > 0) assert.deepStrictEqual(statesOf(one.grid), told.states, `message ${message.seq}`)
      compared++
    }
    return compared
  }

  it("come back after the sandbox was started anew, as it then is", async () => {
    const data = join(folder, "again")
    const first = await LiveSandbox.start(data)
    const port = Number(new URL(first.url).port)
    await first.post("/v1/apps", { spec: quick("again", 2) })
    const { complaints, context, page } = await LivePage.signIn(browser, first)
    await LivePage.says(page, "slotsReady", "4")
    assert.strictEqual(await first.call("again", "10ms"), 200)
    await LivePage.says(page, "completed", "1")
    await first.post("/v1/apps/again/rollouts", { order: "stop_first" })
    await LivePage.finished(page, "r-1")
    await first.stop()
    await page.locator('[data-link="lost"]').waitFor()
    const second = await LiveSandbox.start(data, port)
    await LivePage.isLive(page)
    await LivePage.says(page, "completed", "0")
    await LivePage.says(page, "slotsReady", "4")
    await second.post("/v1/apps/again/rollouts", { order: "replace_first" })
    await LivePage.finished(page, "r-2")
    assert.strictEqual(await page.locator("[data-rollout]").count(), 2)
    const names = await page.getByRole("listbox").getAttribute("aria-label")
    assert.strictEqual(names, "Runners of again: 2 IDLE")
    assert.deepStrictEqual(complaints, [])
    await context.close()
    await second.stop()
  })
})
