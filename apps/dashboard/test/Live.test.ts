import { assert, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import * as Chromium from "./Browser.ts"
import * as LivePage from "./LivePage.ts"
import { LiveRig } from "./LiveRig.ts"
import { quick } from "./LiveSandbox.ts"

describe.runIf(Chromium.isThere)("the page of a sandbox", () => {
  const rig = new LiveRig()

  const withPage = (use: (page: Page) => Promise<void>): Promise<void> => rig.withPage(use)

  const deploy = async (name: string, least: number): Promise<void> => {
    await rig.sandbox.post("/v1/apps", { spec: quick(name, least) })
  }

  /** So many requests at a time, until the answer is called; what became of them is what that resolves to. */
  const load = (app: string, clients: number): (() => Promise<ReadonlyArray<number>>) => {
    const statuses: Array<number> = []
    let isOver = false
    const client = async (): Promise<void> => {
      while (!isOver) statuses.push(await rig.sandbox.call(app, "700ms"))
    }
    const all = Array.from({ length: clients }, client)
    return async () => {
      isOver = true
      await Promise.all(all)
      return statuses
    }
  }

  it("tells a visitor how to sign in, and takes a link once", async () => {
    const visitor = await LivePage.open(rig.browser, rig.sandbox, rig.sandbox.url)
    await visitor.page.getByText("ebb dashboard").waitFor()
    const link = rig.sandbox.link()
    await visitor.page.goto(link)
    await LivePage.isLive(visitor.page)
    assert.notInclude(visitor.page.url(), "token")
    const another = await LivePage.open(rig.browser, rig.sandbox, link)
    await another.page.getByText("This link was used already").waitFor()
    assert.deepStrictEqual([...visitor.complaints, ...another.complaints], [])
    await visitor.context.close()
    await another.context.close()
  })

  it("deploys a pasted spec, and a graceful rollout under load costs no request", () =>
    withPage(async (page) => {
      await page.getByRole("link", { name: "Add an app" }).first().click()
      await page.getByRole("textbox", { name: "spec" }).fill("app: { nam: pasted }")
      await page.getByRole("button", { name: "Deploy" }).click()
      await page.getByText("did you mean name?").waitFor()
      await page.getByRole("textbox", { name: "spec" }).fill(quick("pasted", 3))
      await page.getByRole("button", { name: "Deploy" }).click()
      await LivePage.says(page, "slotsReady", "6")
      const end = load("pasted", 4)
      const long = rig.sandbox.call("pasted", "5s")
      await LivePage.says(page, "inFlight", "5")
      await page.getByRole("button", { name: "Graceful" }).click()
      await page.getByRole("listbox", { name: "DRAINING" }).waitFor()
      await LivePage.finished(page, "r-1")
      const statuses = [...(await end()), await long]
      assert.deepStrictEqual([...new Set(statuses)], [200])
      await LivePage.says(page, "completed", String(statuses.length))
      assert.strictEqual(await LivePage.measure(page, "errored"), "0")
      assert.include(await page.locator('[data-rollout="r-1"]').innerText(), "graceful")
    }))

  it("says before a force what it costs, and it costs exactly that", () =>
    withPage(async (page) => {
      await deploy("forced", 4)
      await LivePage.go(page, "#/app/forced")
      await LivePage.says(page, "slotsReady", "8")
      const direct = Array.from({ length: 5 }, () => rig.sandbox.call("forced", "60s"))
      await LivePage.says(page, "inFlight", "5")
      await Promise.all(Array.from({ length: 3 }, () => rig.sandbox.call("forced", "60s", "queue.fal.run")))
      await LivePage.says(page, "inFlight", "8")
      await page.getByRole("button", { name: "Force…" }).click()
      const dialog = page.getByRole("dialog", { name: "Force a rollout of forced?" })
      assert.strictEqual(await dialog.locator('[data-measure="force-errors"]').innerText(), "5")
      assert.strictEqual(await dialog.locator('[data-measure="force-retries"]').innerText(), "3")
      await page.keyboard.press("Escape")
      await dialog.waitFor({ state: "detached" })
      assert.strictEqual(await LivePage.measure(page, "inFlight"), "8")
      await page.getByRole("button", { name: "Force…" }).click()
      await dialog.getByRole("button", { name: "Kill and restart" }).click()
      assert.deepStrictEqual(await Promise.all(direct), [503, 503, 503, 503, 503])
      await LivePage.says(page, "errored", "5")
      await page.locator('[data-error="runner_disconnected"]').getByText("5", { exact: true }).waitFor()
      const row = page.locator("[data-rollout]").first()
      assert.match(await row.innerText(), /force\s+5\s+0\s+3\s+8\s/)
      await row.getByRole("link").click()
      await page.getByText("8 requests in flight, 0 drained, 5 errored").waitFor()
      await page.getByRole("img", { name: /3 retried, 5 errored/ }).waitFor()
    }))

  it("chooses a runner by the keyboard, stops it, kills another and makes one crash", () =>
    withPage(async (page) => {
      await deploy("keys", 3)
      await LivePage.go(page, "#/app/keys")
      await LivePage.says(page, "slotsReady", "6")
      const grid = page.getByRole("listbox", { name: "Runners of keys" })
      const chosen = grid.getByRole("option")
      const choose = async (key: string): Promise<string> => {
        await grid.focus()
        await page.keyboard.press(key)
        return (await chosen.innerText()).split(" ")[0]!
      }
      const first = await choose("ArrowRight")
      const second = await choose("ArrowRight")
      assert.notStrictEqual(first, second)
      assert.strictEqual(await choose("Home"), first)
      const gone = async (id: string): Promise<void> => {
        await page.locator(".facts").filter({ hasText: id }).waitFor({ state: "detached" })
        await page.getByRole("listbox", { name: "Runners of keys: 3 IDLE" }).waitFor()
      }
      await page.getByRole("button", { name: "Stop", exact: true }).press("Enter")
      await gone(first)
      await choose("Home")
      const killed = await choose("End")
      await page.getByRole("button", { name: "Kill" }).press("Enter")
      await gone(killed)
      const crashed = await choose("Home")
      await page
        .getByRole("region", { name: "Chosen runner" })
        .getByRole("button", { name: "Make it happen" })
        .press("Enter")
      await gone(crashed)
      assert.strictEqual(new Set([first, killed, crashed]).size, 3)
    }))

  it("scales by slider, and shows what was scaled elsewhere", () =>
    withPage(async (page) => {
      await deploy("scaled", 1)
      await LivePage.go(page, "#/app/scaled")
      await LivePage.says(page, "slotsReady", "2")
      const slider = page.getByRole("slider", { name: "Runners at least" })
      await slider.press("ArrowRight")
      await LivePage.says(page, "slotsReady", "4")
      const patch = JSON.stringify({ min_concurrency: 0, max_concurrency: 5 })
      const scaled = await fetch(`${rig.sandbox.url}/v1/apps/scaled/scaling`, {
        method: "PATCH",
        headers: rig.sandbox.headers,
        body: patch
      })
      assert.strictEqual(scaled.status, 200)
      await page.locator('[aria-valuetext="5"]').waitFor()
      assert.strictEqual(await slider.getAttribute("aria-valuetext"), "0")
      await slider.press("End")
      await page.getByRole("status").filter({ hasText: "min_concurrency" }).waitFor()
      assert.strictEqual(await slider.getAttribute("aria-valuetext"), "0")
    }))

  it("makes later starts of an app fail", () =>
    withPage(async (page) => {
      await deploy("failing", 1)
      await LivePage.go(page, "#/app/failing")
      await LivePage.says(page, "slotsReady", "2")
      const form = page.getByRole("region", { name: "Faults of the app" })
      // The command line's name for it stands beside it.
      await form.getByLabel("Fault").selectOption({ label: "starts fail (setup_failure)" })
      await form.getByRole("button", { name: "Make it happen" }).click()
      await form.getByText("starts fail from now on").waitFor()
      await page.getByRole("button", { name: "Graceful" }).click()
      await page.getByRole("listbox", { name: "CRASH_BACKOFF" }).waitFor()
    }))

  it("shows the other team's apps, and none of its own there", () =>
    withPage(async (page) => {
      await deploy("ours", 1)
      await rig.sandbox.post("/v1/teams", { name: "acme" })
      await page.reload()
      await page.getByRole("combobox", { name: "Team" }).selectOption("acme")
      await page.getByText("There is none yet").waitFor()
      await page.getByRole("link", { name: "Add an app" }).first().click()
      await page.getByRole("textbox", { name: "spec" }).fill(quick("theirs", 1))
      await page.getByRole("button", { name: "Deploy" }).click()
      await LivePage.says(page, "slotsReady", "2")
      await page.getByRole("combobox", { name: "Team" }).selectOption("local")
      await page.locator('[data-app="ours"]').waitFor()
      assert.strictEqual(await page.locator('[data-app="theirs"]').count(), 0)
    }))

  it("keeps the environments apart, and rolls out in the one that is looked at", () =>
    withPage(async (page) => {
      await deploy("twin", 1)
      await rig.sandbox.post("/v1/environments", { name: "staging" })
      await rig.sandbox.post("/v1/apps?env=staging", { spec: quick("twin", 2) })
      await page.locator('[data-app="twin--staging"]').getByText("staging", { exact: true }).waitFor()
      const choice = page.getByRole("combobox", { name: "App" })
      const options = choice.locator('optgroup[label="staging"] option')
      assert.deepStrictEqual(await options.allInnerTexts(), ["twin--staging"])
      await choice.selectOption("twin--staging")
      await LivePage.says(page, "slotsReady", "4")
      await page.getByRole("slider", { name: "Runners at least" }).press("ArrowRight")
      await LivePage.says(page, "slotsReady", "6")
      await page.getByRole("button", { name: "Graceful" }).click()
      await page.locator('[data-rollout][data-state="finished"]').getByRole("link").click()
      await page.getByRole("heading", { name: /of twin--staging$/ }).waitFor()
      await page.getByRole("link", { name: "← twin--staging" }).click()
      await choice.selectOption("twin")
      await LivePage.says(page, "slotsReady", "2")
      await page.getByText("There was none yet").waitFor()
    }))

  it("serves the page to play with, which needs no network", async () => {
    const { complaints, context, page } = await LivePage.open(rig.browser, rig.sandbox, `${rig.sandbox.url}/play`)
    await page.getByRole("heading", { name: "Side by side" }).waitFor()
    await page.getByRole("link", { name: "← the sandbox" }).click()
    await page.getByText("ebb dashboard").waitFor()
    assert.deepStrictEqual(complaints, [])
    await context.close()
  })
})
