import { assert, describe, it } from "@effect/vitest"
import { join } from "node:path"
import type { Page } from "playwright-core"
import * as Chromium from "./Browser.ts"
import * as LivePage from "./LivePage.ts"
import { LiveRig } from "./LiveRig.ts"
import { LiveSandbox, quick } from "./LiveSandbox.ts"

const lane = (page: Page) => page.getByRole("img", { name: /^Rollouts over time/ })

describe.runIf(Chromium.isThere)("what the page of a sandbox shows of rollouts that are over", () => {
  const rig = new LiveRig()

  /** Rolls out and waits until that is over; answers the id. */
  const roll = async (sandbox: LiveSandbox, app: string): Promise<string> => {
    const { id } = (await sandbox.post(`/v1/apps/${app}/rollouts`, { order: "stop_first" })) as { readonly id: string }
    const response = await fetch(`${sandbox.url}/v1/rollouts/${id}?wait=finished`, { headers: sandbox.headers })
    assert.strictEqual(response.status, 200)
    return id
  }

  it("has the bars of each in the time shown, on a page that was not open then", () =>
    rig.withApp({ name: "often", spec: quick("often", 2), slots: "4" }, async (page) => {
      const ids: Array<string> = []
      while (ids.length < 12) ids.unshift(await roll(rig.sandbox, "often"))
      await page.reload()
      const bars = ids.map((id) => `${id} finished, 2 runners, 0 cut`).join("; ")
      await page.getByRole("img", { name: `Rollouts over time: ${bars}` }).waitFor()
    }))

  it("has the bars of a report that is opened before the page of its app", () =>
    rig.withApp({ name: "once", spec: quick("once", 2), slots: "4" }, async (page) => {
      const id = await roll(rig.sandbox, "once")
      await page.goto("about:blank")
      await page.goto(`${rig.sandbox.url}/#/rollout/${id}`)
      await page.getByRole("img", { name: `Rollouts over time: ${id} finished, 2 runners, 0 cut` }).waitFor()
    }))

  it("does not count runners of which it does not know", () =>
    rig.withApp({ name: "untold", spec: quick("untold", 2), slots: "4" }, async (page) => {
      const id = await roll(rig.sandbox, "untold")
      await page.route(`**/v1/rollouts/${id}`, (route) => route.fulfill({ status: 400, json: { detail: "not now" } }))
      await page.reload()
      await lane(page).waitFor()
      await page.getByRole("img", { name: `${id} finished, what its runners did is not known` }).waitFor()
    }))

  it("keeps a report that cannot be read again, says so, and goes on trying", () =>
    rig.withApp({ name: "kept", spec: quick("kept", 2), slots: "4" }, async (page) => {
      const long = rig.sandbox.call("kept", "15s")
      await LivePage.says(page, "inFlight", "1")
      await page.getByRole("button", { name: "Graceful" }).click()
      await page.locator("[data-rollout] a").click()
      const numbers = page.getByRole("heading", { name: "Measures" })
      await numbers.waitFor()
      const trouble = page.getByRole("alert").getByText("not now")
      await page.route("**/v1/rollouts/*", (route) => route.fulfill({ status: 400, json: { detail: "not now" } }))
      await trouble.waitFor()
      assert.isTrue(await numbers.isVisible())
      await page.unrouteAll()
      await trouble.waitFor({ state: "detached" })
      await rig.sandbox.post("/v1/apps/kept/rollouts", { force: true })
      assert.strictEqual(await long, 503)
    }))

  it("tries again to read a report that could not be read at first", () =>
    rig.withApp({ name: "late", spec: quick("late", 2), slots: "4" }, async (page) => {
      const id = await roll(rig.sandbox, "late")
      await page.route("**/v1/rollouts/*", (route) => route.fulfill({ status: 400, json: { detail: "not now" } }))
      await LivePage.go(page, `#/rollout/${id}`)
      await page.getByRole("alert").getByText("not now").waitFor()
      await page.unrouteAll()
      await page.getByRole("heading", { name: "Measures" }).waitFor()
    }))

  it("keeps a report while there is no connection", async () => {
    const data = join(rig.folder, "down")
    const first = await LiveSandbox.start(data)
    const port = Number(new URL(first.url).port)
    await first.post("/v1/apps", { spec: quick("down", 2) })
    const { complaints, context, page } = await LivePage.signIn(rig.browser, first)
    await LivePage.says(page, "slotsReady", "4")
    const id = await roll(first, "down")
    await LivePage.go(page, `#/rollout/${id}`)
    const bars = page.getByRole("img", { name: `${id} finished, 2 runners, 0 cut` })
    await bars.waitFor()
    await first.stop()
    await page.locator('[data-link="lost"]').waitFor()
    await Bun.sleep(1500)
    assert.isTrue(await bars.isVisible())
    assert.strictEqual(await page.getByRole("alert").count(), 0)
    const second = await LiveSandbox.start(data, port)
    await LivePage.isLive(page)
    assert.isTrue(await bars.isVisible())
    assert.deepStrictEqual(complaints, [])
    await context.close()
    await second.stop()
  })
})
