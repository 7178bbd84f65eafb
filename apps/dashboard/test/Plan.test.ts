import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as PlanFile from "@ebb/dashboard/PlanFile"
import type { PlanPage } from "@ebb/dashboard/PageData"
import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { Effect, Result } from "effect"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import * as Axe from "./Axe.ts"
import * as Chromium from "./Browser.ts"
import * as Ebb from "./Ebb.ts"

const of = (mean: number) => ({ mean, low: mean, high: mean, n: 4 })
const point = (graceSeconds: number, share: number) => ({
  graceSeconds,
  share: of(share),
  count: of(10 * share),
  direct: of(0),
  queued: of(10 * share),
  timingOut: of(0),
  lostWorkSeconds: of(30 * share)
})
const period = (loss: number, graceSeconds: number | null) => ({
  loss,
  told: graceSeconds !== null,
  graceSeconds,
  low: graceSeconds,
  high: graceSeconds,
  direct: null,
  queued: graceSeconds,
  worstHour: null,
  confirmed: of(1)
})
const priced = (most: number, cost: number, holds: boolean) => ({
  settings: { "scaling.max_concurrency": most },
  costPerHour: of(cost),
  slos: [
    {
      slo: "graceful.requests.errored < 1",
      value: of(0),
      holds,
      verdict: holds ? ("holds" as const) : ("broken" as const),
      unseen: null,
      because: null
    }
  ]
})

const set = ["run.seeds=2", "run.for=22m", "run.window=2m"]
const spec = Result.getOrThrow(Spec.parse(Presets.presets.llm, { file: "llm", set, readFile: () => "" }))
const { advice, modes } = await Effect.runPromise(Experiment.run(spec))
const escalation = {
  seconds: 5,
  because: "cost" as const,
  curve: [0, 5, 10].map((seconds) => ({
    seconds,
    errors: of(9 - seconds),
    lostWorkSeconds: of(90),
    heldRunnerSeconds: of(30 * seconds),
    recoveryMs: seconds === 10 ? null : of(20_000),
    cost: of(0.5)
  }))
}

const page: PlanPage = {
  version: "1.2.3",
  name: "films",
  currency: "USD",
  never: "A replace rollout never finishes.",
  specText: "app: { name: films }\n",
  parts: [
    { name: "way", title: "Way", said: [{ kind: "answer", text: "Use replace." }] },
    { name: "grace", title: "Grace", said: [{ kind: "answer", text: "Set termination_grace_period to 20 s." }] },
    { name: "when", title: "When", said: [{ kind: "reason", text: "It does not matter when." }] },
    { name: "scaling", title: "Scaling", said: [{ kind: "warning", text: "No scaling holds <b>everything</b>." }] }
  ],
  results: {
    way: { modes, advice, escalation },
    grace: {
      seen: 200,
      timingOut: null,
      repeated: false,
      curve: [point(0, 1), point(5, 0.3), point(10, 0.1), point(20, 0.001)],
      knee: 8,
      periods: [period(0.1, 10), period(0.01, 20), period(0.001, null), period(0, null)],
      today: { ...point(5, 0.3), confirmed: of(3), lostAmount: null },
      worstHour: null,
      tailIndex: null,
      limits: []
    },
    when: {
      stepMinutes: 15,
      mode: "force",
      saturatedRuns: 0,
      by: "errors",
      steps: Array.from({ length: 96 }, (_, at) => ({
        atMs: at * 900_000,
        inFlight: of(8),
        errors: of(at === 8 ? -2 : at % 7),
        p99Ms: null,
        unanswered: of(0),
        group: at < 8 ? 1 : 2
      })),
      best: [{ fromMs: 0, toMs: 6_300_000 }],
      worst: { atMs: 5_400_000 },
      factor: 3,
      matters: true,
      untold: null,
      traces: null
    },
    scaling: {
      costUnit: "USD",
      chosen: null,
      runnerUp: null,
      cheapestBroken: null,
      nearestMiss: priced(6, 12, false),
      today: priced(8, 15, false),
      savedPerHour: null,
      candidates: 4,
      impossible: 0,
      close: 0,
      runs: 40,
      isOutOfRuns: false,
      confidence: 0.95
    }
  }
}

/** Today's period and the knee, in seconds: far from each other, near, the same, at either end. */
const marked = [
  [5, 15],
  [10, 11],
  [11, 10],
  [8, 8],
  [1, 2],
  [19, 20],
  [20, 19.5],
  [2, 20]
] as const

/** In the page: the words of marks that stand on one another, on a line, or beyond the picture. */
const collisions = `(() => {
  const curve = document.querySelector(".grace-curve")
  const within = curve.getBoundingClientRect()
  const boxes = (of) => [...curve.querySelectorAll(of)].map((one) => [one, one.getBoundingClientRect()])
  const labels = boxes(".mark-label")
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
  const found = []
  for (const [text, box] of boxes("text"))
    if (box.left < within.left || box.right > within.right || box.top < within.top) found.push(text.textContent + " is cut")
  for (const [label, box] of labels) {
    for (const [other, its] of [...labels, ...boxes("line"), ...boxes("polyline"), ...boxes("polygon")])
      if (other !== label && meet(box, { left: its.left - 1, right: its.right + 1, top: its.top, bottom: its.bottom }))
        found.push(label.textContent + " meets " + (other.textContent || other.getAttribute("class")))
  }
  return found
})()`

describe.runIf(Chromium.isThere)("the page of a plan", () => {
  const folder = Ebb.folder()
  const file = join(folder, "plan.html")
  let browser: Browser

  beforeAll(async () => {
    writeFileSync(file, await PlanFile.render(page))
    browser = await Chromium.launch()
  })

  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  it("says what never finishes, then each answer, and shows what is behind it", async () => {
    const { complaints, page: open } = await Chromium.open(browser, file)
    assert.include(await open.getByRole("region", { name: "What never finishes" }).innerText(), "never finishes")
    assert.include(await open.locator(".plan-part .answer").last().innerText(), "Set termination_grace_period to 20 s.")
    const curve = open.getByRole("img", { name: /by grace period, from 0 s to 20 s; today 5 s, knee 8 s/ })
    assert.strictEqual(await curve.count(), 1)
    const periods = await open.getByRole("region", { name: "Grace periods" }).locator("tbody tr").allInnerTexts()
    assert.match(periods[2]!, /at most 0\.1 %\s+too few seen/)
    const forced = await open
      .getByRole("region", { name: "A graceful rollout, forced after a while" })
      .locator("tbody tr")
      .allInnerTexts()
    assert.lengthOf(forced, 3)
    assert.match(forced[1]!, /^5 s\s+advised\s+4\s+1 min 30 s\s+2 min 30 s\s+20\.0 s\s+\$0\.50$/)
    assert.match(forced[2]!, /\bnever\b/)
    assert.strictEqual(await open.locator(".day-strip .cells span").count(), 96)
    assert.strictEqual(await open.locator(".day-strip .cells .best").count(), 8)
    const titles = await open.locator(".day-strip .cells span").evaluateAll((cells) => cells.map(({ title }) => title))
    assert.match(titles[8]!, /^02:00: 2 requests saved, /)
    assert.match(await open.locator(".day-strip figcaption").innerText(), /at most 6; the lowest bar: 2 saved; green/)
    const rows = await open.getByRole("region", { name: "Scalings" }).locator("tbody tr").allInnerTexts()
    assert.deepStrictEqual(
      rows.map((row) => row.split("\t")[0]),
      ["nearest miss", "today"]
    )
    assert.match(rows[0]!, /\$12\.00\s+not all\s+max_concurrency 6/)
    const ways = await open.getByRole("region", { name: "Ways of rolling out" }).locator("tbody th").allInnerTexts()
    assert.deepStrictEqual(
      ways.map((way) => way.split(/\s/)[0]),
      ["none", "graceful", "replace", "force"]
    )
    assert.strictEqual(ways.filter((way) => way.includes("advised")).length, 1)
    assert.include(await open.locator("#scaling + p").innerText(), "<b>everything</b>")
    assert.deepStrictEqual(complaints, [])
  })

  it.each(marked)("has the words of its marks clear of all lines: today %d s, knee %d s", async (today, knee) => {
    const near = join(folder, `near-${today}-${knee}.html`)
    const { grace } = page.results
    const results = { ...page.results, grace: { ...grace!, today: { ...grace!.today, graceSeconds: today }, knee } }
    writeFileSync(near, await PlanFile.render({ ...page, results }))
    const { page: open } = await Chromium.open(browser, near)
    for (const width of [1440, 390]) {
      await open.setViewportSize({ width, height: 900 })
      assert.strictEqual(await open.locator(".grace-curve .mark-label").count(), 2)
      assert.deepStrictEqual(await open.evaluate<ReadonlyArray<string>>(collisions), [], `at ${width}`)
    }
    await open.context().close()
  })

  it.each([
    { width: 1440, colorScheme: "light" },
    { width: 1440, colorScheme: "dark" },
    { width: 390, colorScheme: "light" },
    { width: 390, colorScheme: "dark" }
  ] as const)("fits a window of %o and keeps nobody from using it", async (view) => {
    const { complaints, page: open } = await Chromium.open(browser, file, view)
    await open.locator(".plan-part").last().waitFor()
    assert.strictEqual(await open.evaluate<number>("document.documentElement.scrollWidth"), view.width)
    assert.deepStrictEqual(await Axe.serious(open), [])
    assert.deepStrictEqual(complaints, [])
  })
})
