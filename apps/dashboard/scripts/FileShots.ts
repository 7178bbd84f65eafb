import * as RolloutFile from "@ebb/dashboard/RolloutFile"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import * as Spec from "@ebb/sim/spec/Spec"
import { version } from "@ebb/text/Version"
import { Result } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import * as Chromium from "../test/Browser.ts"
import * as Ebb from "../test/Ebb.ts"
import { type Camera, looks, patienceMs } from "./Camera.ts"

/** A rollout that had to wait for frozen runners, as a page of its own. */
const writeRollout = async (file: string): Promise<void> => {
  const spec = Result.getOrThrow(Spec.parse(Presets.presets.frozen, { file: "frozen", readFile: () => "" }))
  const [rollout] = Simulation.run(spec, "graceful", 3).rollouts
  if (rollout === undefined) return
  const command = `ebb rollouts report ${rollout.id}`
  const gracePeriodMs = spec.app.revision.gracePeriodSeconds * 1000
  writeFileSync(file, await RolloutFile.render({ version, rollout, gracePeriodMs, command, around: null }))
}

/** Takes the pages that are files. */
export const take = async (browser: Browser, camera: Camera, folder: string): Promise<void> => {
  const [report, rollout, play] = ["report", "rollout", "play"].map((name) => join(folder, `${name}.html`)) as [
    string,
    string,
    string
  ]
  await writeRollout(rollout)
  Ebb.run(folder, ["rehearse", "--preset", "media", "--html", report])
  Ebb.run(folder, ["rehearse", "--preset", "llm", "--play", play])
  const files = [
    ["report", report, "Do it again"],
    ["rollout", rollout, "The same in a terminal"],
    ["play", play, "20 seeds,"]
  ] as const
  for (const [name, file, settled] of files) {
    for (const look of looks) {
      const { page } = await Chromium.open(browser, file, look)
      page.setDefaultTimeout(patienceMs)
      await page.getByText(settled).first().waitFor()
      await camera.shoot(page, name, look)
      await page.context().close()
    }
  }
}
