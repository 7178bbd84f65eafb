import { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { join } from "node:path"
import type { Page } from "playwright-core"
import * as Axe from "./Axe.ts"
import * as Chromium from "./Browser.ts"
import * as LivePage from "./LivePage.ts"
import { LiveRig } from "./LiveRig.ts"
import { LiveSandbox, quick } from "./LiveSandbox.ts"

const decodeReport = Schema.decodeUnknownSync(RolloutReport)

describe.runIf(Chromium.isThere)("what the page of an app lets one do", () => {
  const rig = new LiveRig()

  const withApp = (name: string, use: (page: Page) => Promise<void>, view: Chromium.View = {}): Promise<void> =>
    rig.withApp({ name, spec: quick(name, 2), slots: "4" }, use, view)

  it("sends one request and a load, with a key that is gone afterwards", () =>
    withApp("sent", async (page) => {
      await page.getByRole("button", { name: "Send one" }).click()
      await page.getByText(/answered with 200 after/).waitFor()
      await LivePage.says(page, "completed", "1")
      await page.getByRole("combobox", { name: "Queued requests/s" }).selectOption("20")
      await page.getByRole("button", { name: "Send load" }).click()
      await page.getByText(/^\d+ requests sent/).waitFor()
      await page.getByRole("button", { name: "Stop sending" }).click()
      await page.locator('[data-measure="perSecond"]').filter({ hasNotText: "–" }).waitFor()
      const keys = async () => JSON.stringify(await (await fetch(`${rig.sandbox.url}/v1/keys`, rig.sandbox)).json())
      assert.include(await keys(), "sends from the dashboard")
      const revoked = page.waitForResponse((answer) => answer.request().method() === "DELETE")
      await LivePage.go(page, "#/apps")
      assert.strictEqual((await revoked).status(), 200)
      assert.notInclude(await keys(), "sends from the dashboard")
    }))

  it("says what each way of rolling out would do now, when it is asked, until one is begun", () => {
    // However long all of this takes, what is in flight would still drain.
    const spec = quick("dry", 2).replace("termination_grace_period: 20s", "termination_grace_period: 1h")
    return rig.withApp({ name: "dry", spec, slots: "4" }, async (page) => {
      const held = [rig.sandbox.call("dry", "50m"), rig.sandbox.call("dry", "50m")]
      await LivePage.says(page, "inFlight", "2")
      assert.strictEqual(await page.locator(".dry-run").count(), 0)
      await page.getByRole("button", { name: "What would happen now?" }).click()
      await page.locator(".dry-run .answer", { hasText: "Use replace now, with 2 requests in flight:" }).waitFor()
      const rows = await page.getByRole("region", { name: "What would happen, by mode" }).locator("tbody tr").all()
      const cells = await Promise.all(rows.map((row) => row.locator("th, td").allInnerTexts()))
      assert.deepStrictEqual(
        cells.map(([mode, failed]) => [mode, failed]),
        [
          ["graceful", "0"],
          ["replace", "0"],
          ["force", "2"]
        ]
      )
      assert.deepStrictEqual(await Axe.serious(page), [])
      assert.strictEqual(await page.locator("[data-rollout]").count(), 0)
      await page.getByRole("button", { name: "Graceful" }).click()
      await page.locator(".dry-run").waitFor({ state: "detached" })
      await rig.sandbox.post("/v1/apps/dry/rollouts", { force: true })
      await Promise.all(held)
    })
  })

  it("shows what a runner works on and has printed", () =>
    withApp("inside", async (page) => {
      const long = rig.sandbox.call("inside", "1h")
      await LivePage.says(page, "inFlight", "1")
      await page.getByRole("listbox").press("Home")
      if (!(await page.locator(".facts").innerText()).includes("RUNNING")) await page.getByRole("listbox").press("End")
      await page.getByText("Its requests and logs").click()
      await page.getByRole("heading", { name: "1 request in flight" }).waitFor()
      await page.getByRole("region", { name: "Logs of the runner" }).waitFor()
      assert.deepStrictEqual(await Axe.serious(page), [])
      await rig.sandbox.post("/v1/apps/inside/rollouts", { force: true })
      assert.strictEqual(await long, 503)
    }))

  it("rolls back to an earlier revision, asked first", () =>
    withApp("back", async (page) => {
      await page.getByRole("button", { name: "Roll back…" }).click()
      await page.getByText("no earlier revision to go back to").waitFor()
      await rig.sandbox.post("/v1/apps", { spec: quick("back", 2).replace("400ms", "500ms") })
      await page.getByRole("button", { name: "Roll back…" }).click()
      await page.getByRole("dialog").getByRole("button", { name: "Roll back", exact: true }).click()
      await page.getByText(/^back is back at revision/).waitFor()
    }))

  it("draws the drains of a rollout by replacement, also for who comes later", () =>
    withApp("bars", async (page) => {
      const long = [rig.sandbox.call("bars", "12s"), rig.sandbox.call("bars", "12s")]
      await LivePage.says(page, "inFlight", "2")
      await page.getByRole("button", { name: "Replace", exact: true }).click()
      await page.locator('[data-rollout][data-state="finished"]').waitFor()
      await page.getByText(/is over: 2 drained, 0 failed, (recovered in|no slot was missed)/).waitFor()
      await Promise.all(long)
      const bars = () => page.getByRole("img", { name: /^Rollouts over time/ }).getAttribute("aria-label")
      const before = await bars()
      assert.include(before, "2 runners")
      await page.reload()
      await LivePage.says(page, "slotsReady", "4")
      await page.getByRole("img", { name: before! }).waitFor()
    }))

  it("counts the requests of a rollout by replacement alike wherever it says them", () =>
    withApp("alike", async (page) => {
      const held = Array.from({ length: 3 }, () => rig.sandbox.call("alike", "12s"))
      await LivePage.says(page, "inFlight", "3")
      await page.getByRole("button", { name: "Replace", exact: true }).click()
      const row = page.locator('[data-rollout][data-state="finished"]')
      await row.waitFor()
      const line = page.getByText(/is over: \d+ drained, \d+ failed, (recovered in|no slot was missed)/)
      await line.waitFor()
      await Promise.all(held)
      const id = (await row.getAttribute("data-rollout"))!
      const answer = await fetch(`${rig.sandbox.url}/v1/rollouts/${id}`, rig.sandbox)
      const { drained, errored, retried, atStart } = decodeReport(await answer.json()).inFlight
      assert.isAbove(atStart, 0)
      assert.match(
        await line.innerText(),
        new RegExp(`is over: ${drained} drained, ${errored} failed, (recovered|no slot was missed)`)
      )
      const cells = await row.locator("td").allInnerTexts()
      assert.deepStrictEqual(cells.slice(2, 6), [errored, drained, retried, atStart].map(String))
      await row.getByRole("link").click()
      await page.getByText(`${atStart} requests in flight, ${drained} drained, ${errored} errored`).waitFor()
      await page.getByRole("img", { name: `replace: ${atStart} in flight` }).waitFor()
    }))

  it("forgets an error of the time without a connection once it is back", async () => {
    const data = join(rig.folder, "again")
    const first = await LiveSandbox.start(data)
    const port = Number(new URL(first.url).port)
    await first.post("/v1/apps", { spec: quick("again", 2) })
    const { context, page } = await LivePage.signIn(rig.browser, first)
    await LivePage.says(page, "slotsReady", "4")
    await first.stop()
    await page.locator('[data-link="lost"]').waitFor()
    await page.getByRole("button", { name: "Graceful" }).click()
    await page.locator(".said-line.problem").first().waitFor()
    const second = await LiveSandbox.start(data, port)
    await LivePage.isLive(page)
    await page.locator(".said-line.problem").waitFor({ state: "detached" })
    await context.close()
    await second.stop()
  })

  it("is light or dark as one chooses, and stays so", () =>
    withApp("dark", async (page) => {
      const background = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor")
      const light = await background()
      await page.getByRole("combobox", { name: "Theme" }).selectOption("dark")
      const dark = await background()
      assert.notStrictEqual(dark, light)
      assert.deepStrictEqual(await Axe.serious(page), [])
      await page.reload()
      await LivePage.isLive(page)
      assert.strictEqual(await background(), dark)
      await page.getByRole("combobox", { name: "Theme" }).selectOption("system")
      await page.emulateMedia({ colorScheme: "light" })
      assert.strictEqual(await background(), light)
    }))

  it("has what failed in sight on a telephone", () =>
    withApp(
      "phone",
      async (page) => {
        await page.getByRole("button", { name: "Graceful" }).click()
        await page.locator('[data-rollout][data-state="finished"]').waitFor()
        for (const hash of ["#/app/phone", "#/apps"]) {
          await LivePage.go(page, hash)
          const column = page.locator('[data-column="errored"]').first()
          await column.waitFor()
          const { width, x } = (await column.boundingBox())!
          assert.isAtMost(x + width, 390, hash)
        }
      },
      { width: 390 }
    ))
})
