import { assert, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import * as Axe from "./Axe.ts"
import * as Chromium from "./Browser.ts"
import * as LivePage from "./LivePage.ts"
import { LiveRig } from "./LiveRig.ts"
import { quick } from "./LiveSandbox.ts"

describe.runIf(Chromium.isThere)("the page of an app says what is wrong and what goes on", () => {
  const rig = new LiveRig()

  /** Two runners of two slots each, and never more; no drain is cut short while a test looks at it. */
  const withApp = (name: string, use: (page: Page) => Promise<void>): Promise<void> => {
    const spec = quick(name, 2)
      .replace("max_concurrency: 4", "max_concurrency: 2")
      .replace("period: 20s", "period: 30m")
    return rig.withApp({ name, spec, slots: "4" }, use)
  }

  it("a fault in force, since when, and a button that ends it", () =>
    withApp("faulty", async (page) => {
      await rig.sandbox.post("/v1/apps/faulty/faults", { do: "setup_failure" })
      const alarm = page.getByRole("alert")
      await alarm.getByText("No runner can start: set-up fails").waitFor()
      assert.deepStrictEqual(await Axe.serious(page), [])
      await alarm.getByRole("button", { name: "Stop" }).click()
      await alarm.getByText("No runner can start").waitFor({ state: "detached" })
      assert.isTrue(await alarm.evaluate((element) => element === element.ownerDocument.activeElement))
      const again = await fetch(`${rig.sandbox.url}/v1/apps/faulty/faults/setup_failure`, {
        method: "DELETE",
        headers: rig.sandbox.headers
      })
      assert.strictEqual(again.status, 404)
    }))

  it("a fault that was made here, as long as it is in force, and of its own app alone", () =>
    withApp("sound", () =>
      withApp("ill", async (page) => {
        const form = page.getByRole("region", { name: "Faults of the app" })
        const said = form.getByRole("status")
        await form.getByRole("button", { name: "Make it happen" }).click()
        await said.getByText("starts fail from now on").waitFor()
        await page.getByRole("slider", { name: "Runners at most" }).press("ArrowRight")
        const scaled = page.getByRole("region", { name: "Scaling" }).getByRole("status")
        await scaled.getByText("Runners at most: 3").waitFor()
        await page.getByRole("combobox", { name: "App" }).selectOption("sound")
        await page.getByRole("heading", { name: "sound", includeHidden: true }).waitFor()
        assert.deepStrictEqual([await said.innerText(), await scaled.innerText()], ["", ""])
        await page.getByRole("combobox", { name: "App" }).selectOption("ill")
        await page.getByRole("alert").getByRole("button", { name: "Stop" }).click()
        await page.getByText("No runner can start").waitFor({ state: "detached" })
        await form.getByLabel("For seconds").fill("2")
        await form.getByRole("button", { name: "Make it happen" }).click()
        await said.getByText("starts fail for 2 s").waitFor()
        await said.getByText("starts fail").waitFor({ state: "detached" })
        await page.getByText("No runner can start").waitFor({ state: "detached" })
      })
    ))

  it("what was scaled here, until it is scaled elsewhere", () =>
    withApp("moved", async (page) => {
      await page.getByRole("slider", { name: "Runners at most" }).press("ArrowRight")
      const said = page.getByRole("region", { name: "Scaling" }).getByText("Runners at most: 3")
      await said.waitFor()
      await fetch(`${rig.sandbox.url}/v1/apps/moved/scaling`, {
        method: "PATCH",
        headers: rig.sandbox.headers,
        body: JSON.stringify({ max_concurrency: 5 })
      })
      await said.waitFor({ state: "detached" })
    }))

  it("a rollout: its buttons wait until it is over, force excepted, and its outcome stands there afterwards", () =>
    withApp("rolled", async (page) => {
      const long = rig.sandbox.call("rolled", "10m")
      await LivePage.says(page, "inFlight", "1")
      const graceful = page.getByRole("button", { name: "Graceful" })
      const force = page.getByRole("button", { name: "Force…" })
      await graceful.dblclick()
      await page.getByText(/r-\d+ \(graceful\) in progress: /).waitFor()
      assert.isTrue(await graceful.isDisabled())
      assert.isTrue(await page.getByRole("button", { name: "Replace" }).isDisabled())
      assert.isTrue(await force.isEnabled())
      await force.click()
      await page.getByRole("dialog").getByRole("button", { name: "Kill and restart" }).click()
      await page.getByText(/r-\d+ \(graceful, escalated by force\) is over: 0 drained, 1 failed/).waitFor()
      assert.strictEqual(await long, 503)
      assert.isTrue(await graceful.isEnabled())
      assert.strictEqual(await page.locator("[data-rollout]").count(), 1)
    }))

  it("flushes the queue and deletes the app, both asked first", () =>
    withApp("ended", async (page) => {
      const held = Array.from({ length: 4 }, () => rig.sandbox.call("ended", "15s"))
      await LivePage.says(page, "inFlight", "4")
      await Promise.all(Array.from({ length: 3 }, () => rig.sandbox.call("ended", "1s", "queue.fal.run")))
      await LivePage.says(page, "waiting", "3")
      await page.getByRole("button", { name: "Flush the queue…" }).click()
      await page.getByRole("button", { name: "Cancel them" }).click()
      await page.getByText("3 requests cancelled").waitFor()
      await LivePage.says(page, "cancelled", "3")
      await page.getByRole("button", { name: "Delete the app…" }).click()
      await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click()
      await page.getByRole("heading", { name: "ended" }).waitFor({ state: "detached" })
      assert.deepStrictEqual([...new Set(await Promise.all(held))], [200])
    }))

  it("a dialog that is left gives the focus back", () =>
    withApp("focused", async (page) => {
      const force = page.getByRole("button", { name: "Force…" })
      await force.focus()
      await page.keyboard.press("Enter")
      await page.getByRole("dialog").waitFor()
      await page.keyboard.press("Escape")
      await page.getByRole("dialog").waitFor({ state: "detached" })
      await page.locator("button:focus", { hasText: /^Force…$/ }).waitFor()
    }))
})
