import { assert, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import * as Chromium from "./Browser.ts"
import * as LivePage from "./LivePage.ts"
import { LiveRig } from "./LiveRig.ts"
import { quick } from "./LiveSandbox.ts"

describe.runIf(Chromium.isThere)("whoever works by keyboard goes on from where they are", () => {
  const rig = new LiveRig()

  const withApp = (name: string, use: (page: Page) => Promise<void>): Promise<void> =>
    rig.withApp({ name, spec: quick(name, 2), slots: "4" }, use)

  /** What has the focus: its text, its label or its tag. */
  const focused = (page: Page): Promise<string> =>
    page.evaluate(
      "(({ ariaLabel, id, innerText, tagName }) => tagName === 'BUTTON' ? innerText : ariaLabel ?? (id || tagName))(document.activeElement)"
    )

  const press = (page: Page, name: string): Promise<void> =>
    page.getByRole("button", { name, exact: true }).press("Enter")

  const answer = (page: Page, name: string): Promise<void> =>
    page.getByRole("dialog").getByRole("button", { name, exact: true }).press("Enter")

  it("after a rollout, and after the question what would happen", () =>
    withApp("rolled", async (page) => {
      await press(page, "What would happen now?")
      await page.locator(".dry-run").waitFor()
      assert.strictEqual(await focused(page), "What would happen now?")
      await rig.sandbox.post("/v1/apps/rolled/rollouts", { order: "stop_first" })
      await LivePage.finished(page, "r-1")
      await page.locator(".dry-run").waitFor({ state: "detached" })
      assert.strictEqual(await focused(page), "What would happen now?")
      await press(page, "Graceful")
      await LivePage.finished(page, "r-2")
      assert.strictEqual(await focused(page), "Graceful")
    }))

  it("where a button is off it does nothing", () =>
    withApp("off", async (page) => {
      const long = rig.sandbox.call("off", "10m")
      await LivePage.says(page, "inFlight", "1")
      await press(page, "Graceful")
      await page.locator('[data-rollout][data-state="running"]').waitFor()
      await page.keyboard.press("Enter")
      await page.getByRole("button", { name: "Replace", exact: true }).dispatchEvent("click")
      await page.getByRole("button", { name: "Flush the queue…" }).dispatchEvent("click")
      assert.strictEqual(await page.getByRole("dialog").count(), 0)
      await page.getByRole("button", { name: "Force…" }).press("Enter")
      await answer(page, "Kill and restart")
      assert.strictEqual(await long, 503)
      await page.locator('[data-rollout][data-state="finished"]').waitFor()
      assert.strictEqual(await page.locator("[data-rollout]").count(), 1)
      assert.strictEqual(await focused(page), "Force…")
    }))

  it("when the chosen runner is gone: killed after a question, stopped, or while a question is open", () =>
    withApp("gone", async (page) => {
      const grid = page.getByRole("listbox")
      const facts = page.locator(".facts")
      const held = Array.from({ length: 4 }, () => rig.sandbox.call("gone", "10m"))
      await LivePage.says(page, "inFlight", "4")
      await grid.press("End")
      await press(page, "Kill…")
      await page.getByRole("dialog").waitFor()
      await page.keyboard.press("Escape")
      await page.getByRole("dialog").waitFor({ state: "detached" })
      assert.strictEqual(await focused(page), "Kill…")
      await press(page, "Kill…")
      await answer(page, "Kill it")
      await facts.waitFor({ state: "detached" })
      assert.strictEqual(await focused(page), "Chosen runner")
      await grid.press("Home")
      await press(page, "Kill…")
      await page.getByRole("dialog").waitFor()
      await rig.sandbox.post("/v1/apps/gone/rollouts", { force: true })
      await facts.waitFor({ state: "detached" })
      assert.strictEqual(await page.getByRole("dialog").count(), 0)
      assert.strictEqual(await focused(page), "Chosen runner")
      await Promise.all(held)
      await LivePage.says(page, "slotsReady", "4")
      await grid.press("End")
      await press(page, "Stop")
      await facts.waitFor({ state: "detached" })
      assert.strictEqual(await focused(page), "Chosen runner")
    }))

  it("when the view is another: by a link, or as its app was deleted", () =>
    withApp("deleted", async (page) => {
      await press(page, "Delete the app…")
      await answer(page, "Delete")
      await page.getByText("There is none yet").or(page.locator("[data-app]").first()).waitFor()
      await page.locator('[data-app="deleted"]').waitFor({ state: "detached" })
      assert.strictEqual(await focused(page), "content")
      await rig.sandbox.post("/v1/apps", { spec: quick("linked", 1) })
      await page.locator('[data-app="linked"]').getByRole("link").first().press("Enter")
      await page.getByRole("listbox").waitFor()
      assert.strictEqual(await focused(page), "content")
    }))

  it("when a spec was refused", () =>
    withApp("refused", async (page) => {
      await LivePage.go(page, "#/add")
      await page.getByRole("textbox", { name: "spec" }).fill("app: { nam: pasted }")
      await press(page, "Deploy")
      await page.getByText("did you mean name?").waitFor()
      assert.strictEqual(await focused(page), "Deploy")
    }))
})
