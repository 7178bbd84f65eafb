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

const app = `app: { name: films }
scaling: { min_concurrency: 4, max_concurrency: 4 }
traffic: [{ kind: direct, arrivals: { poisson: 1/s }, service: 3s }]
rollouts: [{ at: 10m }]
run: { for: 20m, seeds: 2 }
`
const log = ["arrival,service_s,status", ...Array.from({ length: 400 }, (_, at) => `${1_795_881_600 + at},2.0,200`)]

/** Writes the page of a rollout as a sandbox would: `ebb rollouts report` asks one that runs. */
const rollout = async (file: string): Promise<void> => {
  const spec = Result.getOrThrow(Spec.parse(Presets.presets.frozen, { file: "frozen", readFile: () => "" }))
  const [first] = Simulation.run(spec, "graceful", 3).rollouts
  const said = { version: "1.2.3", command: "ebb rollouts report r-1", gracePeriodMs: 120_000, around: null }
  writeFileSync(file, await RolloutFile.render({ ...said, rollout: first! }))
}

/** The options that write a page: how to have it written, and what stands there once it is drawn. */
const pages = {
  "rehearse --html": { words: ["rehearse", "ebb.yaml", "--html"], settled: "Do it again" },
  "rehearse --play": { words: ["rehearse", "ebb.yaml", "--play"], settled: "2 seeds," },
  "plan --html": { words: ["plan", "grace", "ebb.yaml", "--html"], settled: "The spec" },
  "calibrate --html": { words: ["calibrate", "ebb.yaml", "--seen", "log:log.csv", "--html"], settled: "Not checked" },
  "rollouts report --html": { words: null, settled: "The same in a terminal" }
} as const

/** Every width, and both schemes of colours. */
const looks = [
  { width: 1280, colorScheme: "light" },
  { width: 820, colorScheme: "dark" },
  { width: 390, colorScheme: "light" }
] as const

describe.runIf(Chromium.isThere)("every page that a command writes", () => {
  const folder = Ebb.folder()
  let browser: Browser

  beforeAll(async () => {
    browser = await Chromium.launch()
    writeFileSync(join(folder, "ebb.yaml"), app)
    writeFileSync(join(folder, "log.csv"), log.join("\n"))
  })

  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  it("is one of these", () => {
    const option = /-n '__ebb_is ([\w ]+)' -l (\w+) .*\ba page\b/g
    const found = [...Ebb.run(folder, ["completion", "fish"]).matchAll(option)]
    const names = found.map(([, command, name]) => `${command} --${name}`)
    assert.deepStrictEqual(names.toSorted(), Object.keys(pages).toSorted())
  })

  it.each(Object.entries(pages))(
    "has no serious violation of accessibility and nothing beyond the edge: ebb %s",
    async (name, { settled, words }) => {
      const file = join(folder, `${name.replaceAll(/\W+/g, "-")}.html`)
      if (words === null) await rollout(file)
      else Ebb.run(folder, [...words, file])
      for (const look of looks) {
        const { complaints, page } = await Chromium.open(browser, file, look)
        await page.getByText(settled).first().waitFor()
        const said = `${look.colorScheme} at ${look.width}`
        assert.deepStrictEqual(await Axe.serious(page), [], said)
        assert.isAtMost(await page.evaluate<number>("document.documentElement.scrollWidth"), look.width, said)
        assert.deepStrictEqual(complaints, [], said)
        await page.context().close()
      }
    }
  )
})
