import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Link from "@ebb/dashboard/play/Link"
import * as Presets from "@ebb/sim/spec/Presets"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser, Locator, Page } from "playwright-core"
import * as Axe from "./Axe.ts"
import * as Chromium from "./Browser.ts"
import * as Ebb from "./Ebb.ts"

const trace = `at,took\n${Array.from({ length: 2000 }, (_, row) => `${row},${1 + (row % 7)}`).join("\n")}\n`

const traced = `app: { name: traced, termination_grace_period: 2s }
traffic: [{ kind: queued, arrivals: { trace: { file: rows.csv, timestamp: at } }, service: { column: took } }]
rollouts: [{ at: 10m }]
run: { for: 30m, seeds: 2 }
`

describe.runIf(Chromium.isThere)("the page to play with", () => {
  const folder = Ebb.folder()
  const file = join(folder, "play.html")
  let browser: Browser

  beforeAll(async () => {
    Ebb.run(folder, ["rehearse", "--preset", "media", "--seeds", "3", "--seed", "7", "--play", file])
    browser = await Chromium.launch()
  })

  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  const withPage = async (view: Chromium.View, use: (page: Page) => Promise<void>, of = file): Promise<void> => {
    const { complaints, page } = await Chromium.open(browser, of, view)
    await use(page)
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  }

  const done = (page: Page, seeds: number): Promise<void> =>
    page
      .getByRole("status")
      .filter({ hasText: `${seeds} seed` })
      .waitFor()

  const saved = async (page: Page): Promise<unknown> => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the numbers" }).click()
    ])
    return JSON.parse(readFileSync(await download.path(), "utf8"))
  }

  const specOf = (page: Page): Locator => page.getByRole("textbox", { name: "The spec" })

  /** What the command line says to the spec that stands on the page. */
  const rehearsed = async (page: Page): Promise<unknown> => {
    writeFileSync(join(folder, "ebb.yaml"), await specOf(page).inputValue())
    return JSON.parse(Ebb.run(folder, ["rehearse", "ebb.yaml", "--json"]))
  }

  it("simulates what it was written with, to the numbers of the command line", () =>
    withPage({}, async (page) => {
      await done(page, 3)
      const expected: unknown = JSON.parse(
        Ebb.run(folder, ["rehearse", "--preset", "media", "--seeds", "3", "--seed", "7", "--json"])
      )
      assert.deepStrictEqual(await saved(page), expected)
    }))

  it.each(["llm", "frozen"] as const)("gives the numbers of the command line for the preset %s", (preset) =>
    withPage({}, async (page) => {
      await page.getByRole("combobox", { name: "Spec" }).selectOption(`preset ${preset}`)
      await page.getByRole("spinbutton", { name: "Seeds" }).fill("2")
      await page.getByRole("spinbutton", { name: "Seed", exact: true }).fill("3")
      await page.getByText("Runner by runner, seed 3").waitFor()
      await done(page, 2)
      const expected: unknown = JSON.parse(
        Ebb.run(folder, ["rehearse", "--preset", preset, "--seeds", "2", "--seed", "3", "--json"])
      )
      assert.deepStrictEqual(await saved(page), expected)
    })
  )

  it("follows every slider by the keyboard, and its spec gives the same numbers in a terminal", () =>
    withPage({}, async (page) => {
      await done(page, 3)
      for (const name of ["Load", "Grace period", "Cold start", "Multiplexing", "Moment of the rollout"]) {
        const slider = page.getByRole("slider", { name })
        const before = await slider.getAttribute("aria-valuetext")
        await slider.focus()
        for (const key of ["ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key)
        assert.notStrictEqual(await slider.getAttribute("aria-valuetext"), before)
      }
      await page.getByRole("spinbutton", { name: "Seeds" }).fill("4")
      await page.getByRole("spinbutton", { name: "Seed", exact: true }).fill("11")
      await page.getByText("Runner by runner, seed 11").waitFor()
      await done(page, 4)
      assert.deepStrictEqual(await saved(page), await rehearsed(page))
    }))

  it("is redrawn while a slider is dragged, and ends where the drag ends", () =>
    withPage({}, async (page) => {
      await done(page, 3)
      const slider = page.getByRole("slider", { name: "Moment of the rollout" })
      const box = (await slider.boundingBox())!
      const middle = box.y + box.height / 2
      await page.mouse.move(box.x + box.width * 0.25, middle)
      await page.mouse.down()
      const seen = new Set<string>()
      for (const share of [0.35, 0.5, 0.65, 0.8]) {
        await page.mouse.move(box.x + box.width * share, middle, { steps: 5 })
        const moment = await slider.getAttribute("aria-valuetext")
        await page.getByText(`the rollout at ${moment};`).waitFor()
        seen.add(moment!)
      }
      await page.mouse.up()
      assert.strictEqual(seen.size, 4)
      await done(page, 3)
      assert.deepStrictEqual(await saved(page), await rehearsed(page))
    }))

  it("shows under its slider what each grace period cuts, and simulates that again only where it depends on it", () =>
    withPage({}, async (page) => {
      const curve = page.locator(".grace-under")
      const slider = page.getByRole("slider", { name: "Grace period" })
      const cuts = curve.getByText(/^Cuts [\d.]+ % of the requests in flight\.$/)
      await cuts.waitFor()
      const shareOf = async (): Promise<number> => Number(/[\d.]+/.exec(await curve.innerText())![0])
      const today = await shareOf()
      const said = await cuts.innerText()
      const line = await curve.locator(".line").getAttribute("points")
      await slider.focus()
      await page.keyboard.press("ArrowRight")
      // The curve stays; what is said of it follows.
      assert.strictEqual(await curve.locator(".line").getAttribute("points"), line)
      await cuts.filter({ hasNotText: said }).waitFor()
      assert.isBelow(await shareOf(), today)
      await page.keyboard.press("End")
      const none = curve.getByText(/^Cuts none of the [\d,]+ requests seen in flight\.$/)
      await none.waitFor()
      const ofBefore = await none.innerText()
      await page.getByRole("slider", { name: "Load" }).press("ArrowRight")
      await none.filter({ hasNotText: ofBefore }).waitFor()
      await specOf(page).fill("app: { name: idle }\ntraffic: []\nrun: { seeds: 1 }\n")
      await curve.getByText("Nothing is ever in flight.").waitFor()
    }))

  it("takes another preset and a pasted spec", () =>
    withPage({}, async (page) => {
      await page.getByRole("combobox", { name: "Spec" }).selectOption("preset frozen")
      assert.strictEqual(await specOf(page).inputValue(), Presets.presets.frozen)
      await specOf(page).fill(
        "app: { name: pasted }\ntraffic: [{ kind: direct, arrivals: { poisson: 1/s } }]\nrun: { seeds: 2 }\n"
      )
      await done(page, 2)
      assert.deepStrictEqual(await saved(page), await rehearsed(page))
    }))

  it("names the line of a mistake and goes on once it is mended", () =>
    withPage({}, async (page) => {
      await done(page, 3)
      await specOf(page).fill("run:\n  seeds: 2\n  sed: 5\ntraffic: []\n")
      assert.match(await page.getByRole("alert").innerText(), /spec:3: .*sed.*did you mean seed\?/)
      assert.strictEqual(await specOf(page).getAttribute("aria-invalid"), "true")
      assert.isTrue(await page.getByRole("heading", { name: "Side by side" }).isVisible())
      await specOf(page).fill("run:\n  seeds: 2\n  seed: 5\ntraffic: []\n")
      await done(page, 2)
      assert.strictEqual(await page.getByRole("alert").innerText(), "")
    }))

  it("carries the trace that its spec names", async () => {
    const page = join(folder, "traced.html")
    writeFileSync(join(folder, "rows.csv"), trace)
    writeFileSync(join(folder, "traced.yaml"), traced)
    const expected: unknown = JSON.parse(Ebb.run(folder, ["rehearse", "traced.yaml", "--json", "--play", page]))
    rmSync(join(folder, "rows.csv"))
    await withPage(
      {},
      async (page) => {
        await done(page, 2)
        assert.deepStrictEqual(await saved(page), expected)
        assert.isTrue(await page.getByRole("slider", { name: "Load" }).isDisabled())
      },
      page
    )
  })

  it("has an address that brings another reader to what is played", () =>
    withPage({}, async (page) => {
      const address = () => page.evaluate<string>("location.hash")
      const untilIsNot = async (before: string): Promise<string> => {
        await page.waitForFunction(`location.hash !== ${JSON.stringify(before)}`)
        return address()
      }
      assert.strictEqual(await address(), "")
      await page.getByRole("combobox", { name: "Spec" }).selectOption("preset frozen")
      const chosen = await untilIsNot("")
      await page.getByRole("slider", { name: "Grace period" }).press("ArrowLeft")
      const turned = await untilIsNot(chosen)
      const spec = await specOf(page).inputValue()
      const other = await page.context().newPage()
      await other.goto(`file://${file}${turned}`)
      assert.strictEqual(await specOf(other).inputValue(), spec)
      assert.strictEqual(await other.getByRole("combobox", { name: "Spec" }).inputValue(), "preset frozen")
      await other.close()
    }))

  it("plays what a link brings to a page that is open, and says in the address what it plays", () =>
    withPage({}, async (page) => {
      await done(page, 3)
      const plain = await specOf(page).inputValue()
      const open = (hash: string) => page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
      const linked = Link.hashOf({ name: "preset llm", knobs: { load: 1.74 } })
      await open(linked)
      await page.getByText(/^× 1\.74, /).waitFor()
      assert.strictEqual(await page.getByRole("combobox", { name: "Spec" }).inputValue(), "preset llm")
      const spec = await specOf(page).inputValue()
      await open("#play=broken")
      await page.waitForFunction(`location.hash === ${JSON.stringify(linked)}`)
      assert.strictEqual(await specOf(page).inputValue(), spec)
      await page.evaluate("history.go(-2)")
      await page.waitForFunction("location.hash === ''")
      await page.getByText(/^× 1, \d.* requests\/s$/).waitFor()
      assert.strictEqual(await specOf(page).inputValue(), plain)
    }))

  it("shows what comes of it above what can be turned on a telephone", () =>
    withPage({ width: 390 }, async (page) => {
      await done(page, 3)
      const top = async (locator: Locator): Promise<number> => (await locator.boundingBox())!.y
      const sliders = await top(page.getByRole("slider", { name: "Load" }))
      assert.isBelow(await top(page.getByRole("heading", { name: "Watch it happen" })), sliders)
    }))

  it("keeps that place from the start, while nothing is simulated yet", () =>
    withPage({ width: 390 }, async (page) => {
      await page.addInitScript("window.Worker = class { addEventListener() {} postMessage() {} }")
      await page.reload()
      const place = page.getByText("Simulating the first seed …")
      await place.waitFor()
      const top = async (locator: Locator): Promise<number> => (await locator.boundingBox())!.y
      assert.isBelow(await top(place), await top(page.getByRole("slider", { name: "Load" })))
      assert.isBelow(await top(place), 300)
      assert.deepStrictEqual(await Axe.serious(page), [])
    }))

  it.each([1280, 390])("has no serious violation of accessibility at %s pixels, in light and dark", (width) =>
    withPage({ width }, async (page) => {
      await done(page, 3)
      assert.deepStrictEqual(await Axe.serious(page), [])
      await page.emulateMedia({ colorScheme: "dark" })
      assert.deepStrictEqual(await Axe.serious(page), [])
      assert.isAtMost(await page.evaluate<number>("document.documentElement.scrollWidth"), width)
    })
  )
})
