import { assert, beforeAll, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import * as Axe from "./Axe.ts"
import * as Chromium from "./Browser.ts"
import * as LivePage from "./LivePage.ts"
import { LiveRig } from "./LiveRig.ts"
import { quick } from "./LiveSandbox.ts"

interface LiveView {
  readonly name: string
  readonly hash: string
  /** Brings the view to where it is looked at. */
  readonly settle: (page: Page) => Promise<unknown>
}

/** As long as a name may be, with no place to break it. */
const long = "m".repeat(128)

const views: ReadonlyArray<LiveView> = [
  { name: "apps", hash: "#/apps", settle: (page) => page.locator('[data-app="seen"]').waitFor() },
  { name: "add an app", hash: "#/add", settle: (page) => page.getByRole("textbox").waitFor() },
  {
    name: "an app",
    hash: "#/app/seen",
    settle: async (page) => {
      await LivePage.says(page, "slotsReady", "6")
      await page.getByRole("listbox").press("ArrowRight")
      await page.locator(".facts").waitFor()
    }
  },
  { name: "a rollout", hash: "#/rollout/r-1", settle: (page) => page.getByText("The same in a terminal").waitFor() },
  {
    name: "an app that is out of order",
    hash: "#/app/ailing",
    settle: (page) => page.getByRole("alert").getByText("No runner can start: set-up fails").waitFor()
  },
  {
    name: "an app with a long name",
    hash: `#/app/${long}`,
    settle: (page) => page.getByText("A browser holds few connections open").waitFor()
  },
  { name: "nothing there", hash: "#/app/unseen", settle: (page) => page.getByText("no such app").waitFor() },
  { name: "no address", hash: "#/app/100%", settle: (page) => page.getByRole("heading", { name: "100%" }).waitFor() },
  {
    name: "what would happen now",
    hash: "#/app/seen",
    settle: async (page) => {
      await page.getByRole("button", { name: "What would happen now?" }).click()
      await page.locator(".dry-run").waitFor()
    }
  },
  {
    name: "the question before a force",
    hash: "#/app/seen",
    settle: async (page) => {
      await page.getByRole("button", { name: "Force…" }).click()
      await page.getByRole("dialog").waitFor()
    }
  }
]

const looks = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 390 },
  { colorScheme: "dark", width: 390 }
] as const

describe.runIf(Chromium.isThere)("the page of a sandbox is for everybody", () => {
  const rig = new LiveRig()

  beforeAll(async () => {
    await rig.sandbox.post("/v1/apps", { spec: quick("seen", 3) })
    await rig.sandbox.post("/v1/apps", { spec: quick("ailing", 1) })
    await rig.sandbox.post("/v1/apps", { spec: quick(long, 1) })
    await rig.sandbox.post("/v1/apps/ailing/faults", { do: "setup_failure" })
    const { context, page } = await LivePage.signIn(rig.browser, rig.sandbox)
    await LivePage.go(page, "#/app/seen")
    await LivePage.says(page, "slotsReady", "6")
    await Promise.all(Array.from({ length: 4 }, () => rig.sandbox.call("seen", "50ms")))
    await rig.sandbox.post("/v1/apps/seen/rollouts", { order: "stop_first" })
    await LivePage.finished(page, "r-1")
    await context.close()
  })

  const confirmFine = async (page: Page, width: number, name: string): Promise<void> => {
    assert.deepStrictEqual(await Axe.serious(page), [], name)
    assert.isAtMost(await page.evaluate<number>("document.documentElement.scrollWidth"), width, name)
  }

  it.each(looks)("in $colorScheme at $width pixels: the way to sign in, and every view", async (look) => {
    const { complaints, context, page } = await LivePage.open(rig.browser, rig.sandbox, rig.sandbox.url, look)
    await page.getByText("ebb dashboard").waitFor()
    await confirmFine(page, look.width, "the way to sign in")
    await page.goto(rig.sandbox.link())
    await LivePage.isLive(page)
    for (const { hash, name, settle } of views) {
      await LivePage.go(page, hash)
      await settle(page)
      await confirmFine(page, look.width, name)
    }
    assert.deepStrictEqual(complaints, [])
    await context.close()
  })
})
