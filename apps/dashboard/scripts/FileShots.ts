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
import { type Camera, isEveryLook, looks, patienceMs } from "./Camera.ts"

/** An app with a day of its own, and two settings that a plan may choose. */
const planned = `app: { name: films, machine_type: GPU-H100, max_multiplexing: 2, termination_grace_period: 10s }
scaling: { min_concurrency: 2, max_concurrency: 12, concurrency_buffer: 1 }
runner: { scheduling: 5s, setup: 40s, teardown: 1s, service: { lognormal: { p50: 6s, p99: 40s } } }
traffic:
  - { kind: direct, arrivals: { daily: { low: 0.1/s, high: 0.6/s, period: 24h, peak_at: 14h } } }
rollouts: [{ at: 20m }]
run: { seeds: 8, for: 3h, warmup: 10m, window: 5m }
`

const plan = ["plan", "planned.yaml", "--slo", "replace.queueWaitMs.during.p99 < 20s"]
const settings = ["--let", "scaling.max_concurrency=2..12", "--cost", "error=0.02USD", "--runs", "200", "--html"]

/** Each page by its name, the command that writes it and what stands there when it is drawn. */
const pages = [
  ["report", ["rehearse", "--preset", "media", "--html"], "Do it again"],
  [
    "report-saturated",
    ["rehearse", "--preset", "llm", "--set", "traffic[0].arrivals.poisson=40/s", "--seeds", "5", "--html"],
    "Do it again"
  ],
  [
    "report-against",
    ["rehearse", "planned.yaml", "--against", "slower.yaml", "--seeds", "8", "--html"],
    "Every measure, here and there"
  ],
  ["plan", [...plan, ...settings], "The spec"],
  ["play", ["rehearse", "--preset", "llm", "--play"], "20 seeds,"]
] as const

/** Those of one page in another state are for whoever looks at every look. */
const shown = pages.filter(([name]) => isEveryLook || !name.startsWith("report-"))

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
  const fileOf = (name: string): string => join(folder, `${name}.html`)
  await writeRollout(fileOf("rollout"))
  writeFileSync(join(folder, "planned.yaml"), planned)
  writeFileSync(join(folder, "slower.yaml"), planned.replace("setup: 40s", "setup: 90s"))
  for (const [name, words] of shown) Ebb.run(folder, [...words, fileOf(name)])
  const files = [...shown.map(([name, _, settled]) => [name, settled] as const), ["rollout", "The same in a terminal"]]
  for (const [name, settled] of files as ReadonlyArray<readonly [string, string]>) {
    const file = fileOf(name)
    for (const look of looks) {
      const { page } = await Chromium.open(browser, file, look)
      page.setDefaultTimeout(patienceMs)
      await page.getByText(settled).first().waitFor()
      await camera.shoot(page, name, look)
      await page.context().close()
    }
  }
}
