import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { rmSync } from "node:fs"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import type { RehearsalPage } from "@ebb/dashboard/PageData"
import * as Chromium from "./Browser.ts"
import * as Ebb from "./Ebb.ts"

/** What the caption of a mode says: its numbers by their words. */
const numbersOf = async (page: Page, mode: string): Promise<Readonly<Record<string, number>>> => {
  const numbers = page.locator(`.film-stage.mode-${mode} .film-numbers`)
  const [names, values] = await Promise.all(["dt", "dd"].map((tag) => numbers.locator(tag).allInnerTexts()))
  return Object.fromEntries(names!.map((name, at) => [name, Number(values![at]!.replaceAll(",", ""))]))
}

const dataOf = (page: Page): Promise<RehearsalPage> =>
  page.evaluate<RehearsalPage>("JSON.parse(document.getElementById('data').textContent)")

/** Whether any pixel of a canvas has a colour. */
const isPainted = (page: Page, mode: string): Promise<boolean> =>
  page.evaluate<boolean>(`(() => {
    const canvas = document.querySelector(".film-stage.mode-${mode} canvas")
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0)
  })()`)

describe.runIf(Chromium.isThere)("the film of a rehearsal", () => {
  const folder = Ebb.folder()
  const report = join(folder, "report.html")
  const play = join(folder, "play.html")
  let browser: Browser

  beforeAll(async () => {
    Ebb.run(folder, ["rehearse", "--preset", "llm", "--seeds", "2", "--html", report])
    Ebb.run(folder, ["rehearse", "--preset", "media", "--seeds", "2", "--play", play])
    browser = await Chromium.launch()
  })

  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  const withPage = async (file: string, use: (page: Page) => Promise<void>): Promise<void> => {
    const { complaints, page } = await Chromium.open(browser, file)
    await use(page)
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  }

  const said = (page: Page, moment: string): Promise<void> =>
    page.locator(".film-controls output", { hasText: moment }).waitFor()

  const slider = (page: Page) => page.getByRole("slider", { name: "Moment of the film" })

  it("ends with the numbers of the rollouts that it shows", () =>
    withPage(report, async (page) => {
      const { drains, films } = await dataOf(page)
      assert.deepStrictEqual(
        films.map(({ mode }) => mode),
        ["graceful", "replace", "force"]
      )
      await slider(page).press("End")
      for (const { mode, rollout } of drains) {
        const { drained, failed } = await numbersOf(page, mode)
        assert.strictEqual(failed, rollout.inFlight.errored, mode)
        assert.isAtLeast(drained!, rollout.inFlight.drained, mode)
        assert.isTrue(await isPainted(page, mode))
      }
      const { failed } = await numbersOf(page, "force")
      assert.isAbove(failed!, 0)
    }))

  it("plays, stands still when it is paused, and plays again from its end", () =>
    withPage(report, async (page) => {
      const value = async () => Number(await slider(page).inputValue())
      const first = await value()
      await page.getByRole("button", { name: "Play", exact: true }).click()
      await said(page, "after the rollout")
      await page.getByRole("button", { name: "Pause" }).click()
      const paused = await value()
      assert.isAbove(paused, first)
      const inWords = await page.locator("canvas[role=img]").first().getAttribute("aria-label")
      assert.match(inWords!, /^Film of graceful: runners .*in flight, .*waiting, .*drained, 0 failed$/)
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
      assert.strictEqual(await value(), paused)
      await slider(page).press("End")
      await page.getByRole("button", { name: "Play again" }).click()
      await said(page, "before the rollout")
      await page.getByRole("button", { name: "Pause" }).click()
      assert.isBelow(await value(), paused)
    }))

  it("goes back to any moment and shows it the same", () =>
    withPage(report, async (page) => {
      await slider(page).press("Home")
      const before = await numbersOf(page, "force")
      await slider(page).press("End")
      assert.notDeepEqual(await numbersOf(page, "force"), before)
      await slider(page).press("Home")
      assert.deepStrictEqual(await numbersOf(page, "force"), before)
    }))

  it("stands on the page to play with, and follows its seed", () =>
    withPage(play, async (page) => {
      await page.getByRole("heading", { name: "Watch it happen" }).waitFor()
      await page.getByText("Seed 1, from").waitFor()
      await page.getByRole("spinbutton", { name: "Seed", exact: true }).fill("5")
      await page.getByText("Seed 5, from").waitFor()
      await slider(page).press("End")
      await page.getByRole("combobox", { name: "Spec" }).selectOption("preset frozen")
      await page.getByText("Seed 1, from").waitFor()
      assert.strictEqual(await page.locator(".film-stage").count(), 3)
      // What was at the end of another film is at the beginning of this one.
      await page.getByRole("button", { name: "Play", exact: true }).waitFor()
      assert.strictEqual(await slider(page).inputValue(), "0")
    }))
})
