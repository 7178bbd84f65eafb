import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Verdict from "@ebb/sim/report/Verdict"
import { around, stepsIn } from "@ebb/sim/report/TimelineWindow"
import * as Format from "@ebb/text/Format"
import * as ModeRows from "@ebb/sim/report/ModeRows"
import * as Presets from "@ebb/sim/spec/Presets"
import { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import { Schema } from "effect"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import * as Axe from "./Axe.ts"
import * as Chromium from "./Browser.ts"
import * as Ebb from "./Ebb.ts"

const hostile = "# </script><script>document.title = 'broken'</script> <!-- <script>\n"

describe.runIf(Chromium.isThere)("the page of a rehearsal", () => {
  const folder = Ebb.folder()
  const file = join(folder, "report.html")
  let browser: Browser
  let report: RehearsalReport

  beforeAll(async () => {
    writeFileSync(join(folder, "spec.yaml"), hostile + Presets.presets.llm)
    Ebb.run(folder, ["rehearse", "spec.yaml", "--seeds", "3", "--html", file, "--out", join(folder, "report.json")])
    report = Schema.decodeUnknownSync(RehearsalReport)(Ebb.json(join(folder, "report.json")))
    browser = await Chromium.launch()
  })

  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  const withPage = async (view: Chromium.View, use: (page: Page) => Promise<void>): Promise<void> => {
    const { complaints, page } = await Chromium.open(browser, file, view)
    await use(page)
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  }

  const cellsOf = async (page: Page, row: string): Promise<ReadonlyArray<ReadonlyArray<string>>> =>
    Promise.all((await page.locator(row).all()).map((one) => one.locator("th, td").allInnerTexts()))

  it("opens from disk without a network and shows what the rehearsal was", () =>
    withPage({}, async (page) => {
      assert.strictEqual(await page.title(), "spec.yaml · ebb rehearsal")
      assert.strictEqual(await page.locator("h1").innerText(), "spec.yaml")
      const { command, headline, reasons } = Verdict.of(report, { name: "llm", env: "main" })
      const told = await page.locator(".advice").innerText()
      for (const text of [headline, command, ...reasons]) assert.include(told, text ?? "no advice")
      assert.strictEqual(await page.locator(".plot canvas").count(), 16)
    }))

  it("holds the JSON report, and its table has the numbers of it", () =>
    withPage({}, async (page) => {
      const data = await page.evaluate<{ report: unknown }>("JSON.parse(document.getElementById('data').textContent)")
      assert.deepStrictEqual(data.report, JSON.parse(JSON.stringify(report)))
      const shown = await cellsOf(page, ".measures tbody tr")
      const expected = ModeRows.rows(report.modes).map(({ cells, label }) => [label.trim(), ...cells])
      assert.deepStrictEqual(shown, expected)
    }))

  it("tells first that the app cannot keep up, and puts its times in brackets", async () => {
    const saturated = join(folder, "saturated.html")
    const load = "traffic[0].arrivals.poisson=40/s"
    const words = ["--seeds", "2", "--mode", "none", "--mode", "graceful", "--set", load, "--html", saturated]
    Ebb.run(folder, ["rehearse", "spec.yaml", ...words])
    const { page } = await Chromium.open(browser, saturated, {})
    assert.match(
      await page.locator(".warnings").innerText(),
      /The app is saturated: even without a rollout the line grows/
    )
    const rows = await cellsOf(page, ".measures tbody tr")
    assert.match(rows.find(([label]) => label === "latency p99, during")![2]!, /^\(.*\)$/)
    await page.context().close()
  })

  it("has what another spec differs in on a telephone, the differences in sight", async () => {
    const against = join(folder, "against.html")
    writeFileSync(join(folder, "other.yaml"), Presets.presets.llm.replace("p50: 40s", "p50: 55s"))
    const words = ["--against", "other.yaml", "--seeds", "6", "--mode", "none", "--mode", "graceful", "--html", against]
    Ebb.run(folder, ["rehearse", "spec.yaml", ...words])
    for (const colorScheme of ["light", "dark"] as const) {
      const { complaints, page } = await Chromium.open(browser, against, { colorScheme, width: 390 })
      const { width, x } = (await page.locator(".against td.advised").first().boundingBox())!
      assert.isAtMost(x + width, 390)
      assert.deepStrictEqual(await Axe.serious(page), [])
      assert.isAtMost(await page.evaluate<number>("document.documentElement.scrollWidth"), 390)
      assert.deepStrictEqual(complaints, [])
      await page.context().close()
    }
  })

  it("has the timelines' numbers as tables", () =>
    withPage({}, async (page) => {
      await page.getByText("In flight in numbers").click()
      const shown = await cellsOf(page, "details[open] tbody tr")
      const [none, graceful] = report.modes
      const [from, to] = stepsIn(none!.timeline, around(report.modes, 20 * 60_000, 60 * 60_000))
      assert.strictEqual(shown.length, to - from)
      const at = shown.findIndex(([time]) => time === Format.span(21 * 60_000))
      assert.strictEqual(Number(shown[at]![2]), +graceful!.timeline.inFlight[from + at]!.toPrecision(3))
      assert.isAbove(Number(shown[at]![2]), Number(shown[at]![1]))
    }))

  it("shows the minutes around the rollout, and the whole run at a click", () =>
    withPage({}, async (page) => {
      const chart = page.getByRole("img", { name: /^Slots ready, graceful: between 0 and / })
      await chart.waitFor()
      await page.getByRole("button", { name: "Whole run" }).click()
      await page.getByText("In flight in numbers").click()
      const shown = await cellsOf(page, "details[open] tbody tr")
      assert.strictEqual(shown[0]![0], Format.span(15_000))
      assert.isAtMost(shown.length, 60)
      await page.getByRole("button", { name: "Around the rollout" }).waitFor()
    }))

  it("says of each bar what became of the requests", () =>
    withPage({}, async (page) => {
      const force = report.modes.find(({ mode }) => mode === "force")!.inFlight
      const bar = page.getByRole("img", { name: /^force: / })
      const name = await bar.getAttribute("aria-label")
      assert.include(name, `${Format.count(force.errored!)} errored`)
      assert.include(name, `${Format.count(force.retried!)} retried`)
      assert.strictEqual(await bar.locator(".fate-drained").count(), 0)
      const drained = page.locator(".drain.mode-graceful .part.fate-drained")
      assert.isAbove(await drained.count(), 0)
    }))

  it("shows the latency before, during and after", () =>
    withPage({}, async (page) => {
      const shown = await cellsOf(page, ".latency tbody tr:not(.group)")
      const expected = (["before", "during", "after"] as const).flatMap((window) =>
        report.modes.map(({ latencyMs, mode }) => [mode, "", Format.durationOf(latencyMs[window].p50!)])
      )
      assert.deepStrictEqual(
        shown.map((cells) => cells.slice(0, 3)),
        expected
      )
    }))

  it("has the spec and the command that does it again, whatever the spec says", () =>
    withPage({}, async (page) => {
      assert.include(await page.locator("pre").innerText(), hostile.trim())
      const command = await page.locator(".command code").innerText()
      assert.strictEqual(command, "ebb rehearse spec.yaml --seeds 3 --seed 1")
      const again = Schema.decodeUnknownSync(RehearsalReport)(
        JSON.parse(Ebb.run(folder, [...command.split(" ").slice(1), "--json"]))
      )
      assert.deepStrictEqual([again.modes, again.advice], [report.modes, report.advice])
    }))

  it("can fetch nothing from anywhere", async () => {
    const { complaints, page } = await Chromium.open(browser, file)
    assert.isTrue(await page.evaluate<boolean>("fetch('data:,x').then(() => false, () => true)"))
    assert.include(complaints.join(), "Content Security Policy")
    await page.context().close()
  })

  it.each([
    { colorScheme: "light", width: 1280 },
    { colorScheme: "dark", width: 1280 },
    { colorScheme: "light", width: 390 },
    { colorScheme: "dark", width: 390 }
  ] as const)("has no serious violation of accessibility in $colorScheme at $width pixels", (view) =>
    withPage(view, async (page) => {
      assert.deepStrictEqual(await Axe.serious(page), [])
      assert.isAtMost(await page.evaluate<number>("document.documentElement.scrollWidth"), view.width)
    })
  )

  it("prints in light colours, without what only a screen can use", () =>
    withPage({ colorScheme: "dark" }, async (page) => {
      const dark = await page.evaluate<string>("getComputedStyle(document.body).color")
      await page.emulateMedia({ media: "print" })
      assert.notStrictEqual(await page.evaluate<string>("getComputedStyle(document.body).color"), dark)
      assert.isFalse(await page.getByRole("button").first().isVisible())
      assert.isAbove((await page.pdf({ format: "A4" })).length, 10_000)
    }))
})
