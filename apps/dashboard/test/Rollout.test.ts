import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as RolloutFile from "@ebb/dashboard/RolloutFile"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import * as Axe from "./Axe.ts"
import * as Chromium from "./Browser.ts"
import * as Ebb from "./Ebb.ts"
import * as LivePage from "./LivePage.ts"
import { LiveSandbox, quick } from "./LiveSandbox.ts"

const spec = Result.getOrThrow(Spec.parse(Presets.presets.media, { file: "media", readFile: () => "" }))
const rollout = Simulation.run(spec, "graceful", 1).rollouts[0]!

describe.runIf(Chromium.isThere)("the page of a rollout", () => {
  const folder = Ebb.folder()
  const file = join(folder, "rollout.html")
  let browser: Browser

  beforeAll(async () => {
    const command = `ebb rollouts report ${rollout.id}`
    writeFileSync(
      file,
      await RolloutFile.render({ version: "1.2.3", rollout, gracePeriodMs: 5000, command, around: null })
    )
    browser = await Chromium.launch()
  })

  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  it("says what became of every request, runner by runner", async () => {
    const { complaints, page } = await Chromium.open(browser, file)
    const { inFlight, runners } = rollout
    const name = await page.getByRole("img", { name: /^graceful: / }).getAttribute("aria-label")
    assert.include(name, `${inFlight.atStart} in flight`)
    assert.include(name, `${inFlight.retried} retried, ${inFlight.errored} errored`)
    const shown = await page.locator(".drain tbody tr").allInnerTexts()
    const busy = runners.filter(({ inFlightAtStart }) => inFlightAtStart > 0)
    assert.strictEqual(shown.length, busy.length)
    busy.forEach(({ errored, id }, at) => {
      assert.include(shown[at], id.replace("runner-", "r-"))
      assert.strictEqual(shown[at]!.includes("errored"), errored > 0)
    })
    assert.isTrue(await page.getByText("14 cut at the end of the grace period").isVisible())
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })

  it("of a sandbox shows the app around it, with the numbers of the JSON", async () => {
    const data = join(folder, "data")
    const sandbox = await LiveSandbox.start(data)
    await sandbox.post("/v1/apps", { spec: quick("told", 2) })
    const { context, page: live } = await LivePage.signIn(browser, sandbox)
    await LivePage.says(live, "slotsReady", "4")
    const requests = Array.from({ length: 3 }, () => sandbox.call("told", "6s"))
    await LivePage.says(live, "inFlight", "3")
    await sandbox.post("/v1/apps/told/rollouts", { order: "stop_first" })
    await Promise.all(requests)
    await LivePage.finished(live, "r-1")
    await context.close()
    const told = join(folder, "told.html")
    const { stdout } = await Ebb.ask(folder, data, ["rollouts", "report", "r-1", "--json", "--html", told])
    await sandbox.stop()
    const { complaints, page } = await Chromium.open(browser, told)
    const held = await page.evaluate<{ rollout: unknown }>("JSON.parse(document.getElementById('data').textContent)")
    assert.deepStrictEqual(held.rollout, JSON.parse(stdout))
    await page.getByRole("img", { name: "In flight around the rollout, 3 at the rollout" }).waitFor()
    await page.getByRole("img", { name: "Slots ready around the rollout, 0 lowest" }).waitFor()
    await page.getByRole("img", { name: "Rollouts over time: r-1 finished, 2 runners, 0 cut" }).waitFor()
    assert.deepStrictEqual(await Axe.serious(page), [])
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })

  it.each([
    { colorScheme: "light", width: 1280 },
    { colorScheme: "dark", width: 1280 },
    { colorScheme: "light", width: 390 },
    { colorScheme: "dark", width: 390 }
  ] as const)("has no serious violation of accessibility in $colorScheme at $width pixels", async (view) => {
    const { complaints, page } = await Chromium.open(browser, file, view)
    assert.deepStrictEqual(await Axe.serious(page), [])
    assert.isAtMost(await page.evaluate<number>("document.documentElement.scrollWidth"), view.width)
    assert.deepStrictEqual(complaints, [])
    await page.context().close()
  })
})
