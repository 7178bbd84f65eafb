// Writes pictures of every page at three widths to docs/screenshots.
import * as RolloutFile from "@ebb/dashboard/RolloutFile"
import * as Presets from "@ebb/sim/Presets"
import * as Simulation from "@ebb/sim/Simulation"
import * as Spec from "@ebb/sim/Spec"
import { version } from "@ebb/sim/Version"
import { Result } from "effect"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import * as Chromium from "../test/Browser.ts"
import * as Ebb from "../test/Ebb.ts"

const target = join(import.meta.dirname, "../../../docs/screenshots")
const widths = [1280, 820, 390]
const heightMax = 1800

interface Shot {
  readonly name: string
  readonly file: string
  /** Text that is there once the page has settled. */
  readonly settled: string
}

const shoot = async (browser: Browser, { file, name, settled }: Shot, view: Chromium.View): Promise<void> => {
  const { page } = await Chromium.open(browser, file, view)
  await page.getByText(settled).first().waitFor()
  const height = Math.min(heightMax, await page.evaluate<number>("document.documentElement.scrollHeight"))
  await page.setViewportSize({ width: view.width ?? 1280, height })
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
  const path = join(target, `${name}-${view.colorScheme}-${view.width}.png`)
  await page.screenshot({ path })
  process.stdout.write(`${path}\n`)
  await page.context().close()
}

/** A rollout that had to wait for frozen runners, as a page of its own. */
const writeRollout = async (file: string): Promise<void> => {
  const spec = Result.getOrThrow(Spec.parse(Presets.presets.frozen, { file: "frozen", readFile: () => "" }))
  const [rollout] = Simulation.run(spec, "graceful", 3).rollouts
  if (rollout === undefined) return
  const command = `ebb rollouts report ${rollout.id}`
  const gracePeriodMs = spec.app.revision.gracePeriodSeconds * 1000
  writeFileSync(file, await RolloutFile.render({ version, rollout, gracePeriodMs, command }))
}

if (!Chromium.isThere) process.exit(1)
mkdirSync(target, { recursive: true })
const folder = Ebb.folder()
const report = join(folder, "report.html")
const rollout = join(folder, "rollout.html")
const play = join(folder, "play.html")
await writeRollout(rollout)
Ebb.run(folder, ["rehearse", "--preset", "media", "--html", report])
Ebb.run(folder, ["rehearse", "--preset", "llm", "--play", play])
const browser = await Chromium.launch()
for (const width of widths) {
  const colorScheme = width === 820 ? "dark" : "light"
  await shoot(browser, { name: "report", file: report, settled: "Do it again" }, { width, colorScheme })
  await shoot(browser, { name: "rollout", file: rollout, settled: "The same in a terminal" }, { width, colorScheme })
  await shoot(browser, { name: "play", file: play, settled: "20 seeds," }, { width, colorScheme })
}
await browser.close()
rmSync(folder, { recursive: true })
