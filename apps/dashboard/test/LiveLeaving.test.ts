import { assert, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { vi } from "vitest"
import * as Chromium from "./Browser.ts"
import * as LivePage from "./LivePage.ts"
import { LiveRig } from "./LiveRig.ts"
import { quick } from "./LiveSandbox.ts"

/** Ways out of the page that leave nothing of it. */
const ways: ReadonlyArray<readonly [string, (page: Page) => Promise<unknown>]> = [
  ["reloads it", (page) => page.reload()],
  ["goes to the page to rehearse with", (page) => page.getByRole("link", { name: "Rehearse" }).click()],
  ["closes the tab", (page) => page.close({ runBeforeUnload: true })]
]

describe.runIf(Chromium.isThere)("the key that a page sends with", () => {
  const rig = new LiveRig()

  const keys = async (): Promise<number> => {
    const answer = await fetch(`${rig.sandbox.url}/v1/keys`, rig.sandbox)
    return (await answer.text()).split("sends from the dashboard").length - 1
  }

  const untilThereAre = (count: number) =>
    vi.waitUntil(async () => (await keys()) === count, { timeout: Chromium.waitMs, interval: 20 })

  const withApp = (name: string, use: (page: Page) => Promise<void>): Promise<void> =>
    rig.withApp({ name, spec: quick(name, 1), slots: "2" }, use)

  const send = async (page: Page): Promise<void> => {
    await page.getByRole("button", { name: "Send one" }).click()
    await page.getByText(/answered with 200 after/).waitFor()
  }

  it.each(ways)("is revoked when somebody %s", (name, leave) =>
    withApp(name.replaceAll(" ", "-"), async (page) => {
      await send(page)
      assert.strictEqual(await keys(), 1)
      await leave(page)
      await untilThereAre(0)
    })
  )

  it("is another when the browser brings the page back as it was", () =>
    withApp("back", async (page) => {
      await page.getByRole("button", { name: "Send load" }).click()
      await page.getByText(/^[1-9]\d* requests? sent/).waitFor()
      await untilThereAre(1)
      await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
      await untilThereAre(0)
      await page.getByRole("button", { name: "Send load" }).waitFor()
      await send(page)
      assert.strictEqual(await keys(), 1)
      await LivePage.go(page, "#/apps")
      await untilThereAre(0)
    }))
})
