import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import type { Surroundings } from "./FakeIo.ts"
import { run, wordsOf } from "./RunEbb.ts"

let cwd = ""
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ebb-plan-"))
})
afterEach(() => rmSync(cwd, { recursive: true }))

const ebb = (line: string, surroundings: Surroundings = {}) =>
  run(wordsOf(`${line} --jobs 1`), { cwd, ...surroundings })

const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text)
const read = (name: string): string => readFileSync(join(cwd, name), "utf8")

/** A day that is quiet in its first hours; forced rollouts lose what is in flight. */
const day = `app: { name: day, machine_type: GPU-H100, max_multiplexing: 32 }
scaling: { min_concurrency: 2, max_concurrency: 4 } # the fleet
traffic:
  - kind: direct
    arrivals: { daily: { low: 30/h, high: 10/m, period: 24h, peak_at: 12h } }
    service: { exponential: { mean: 60s } }
rollouts: [ { at: 20m, mode: force } ]
run: { for: 1h, seeds: 6 }
`

/** One runner answers one request at a time: fewer than three cannot keep up. */
const busy = `app: { name: busy, machine_type: GPU-H100 }
scaling: { min_concurrency: 1, max_concurrency: 8, keep_alive: 30s } # the fleet
traffic: [ { kind: queued, arrivals: { poisson: 30/m }, service: 4s } ]
rollouts: [ { at: 4m } ]
run: { for: 12m, warmup: 2m, window: 3m, seeds: 3 }
`

describe("ebb plan when", () => {
  it("says when, then what the worst hour costs, then shows the day", async () => {
    write("ebb.yaml", day)
    const { code, err, out } = await ebb("plan when ebb.yaml", { env: { COLUMNS: "80" } })
    assert.strictEqual(err, "")
    assert.strictEqual(code, 0)
    assert.match(
      out,
      /^When · ebb\.yaml\n► Roll out any time from \d\d:\d\d to \d\d:\d\d: a forced\s+rollout\s+then\s+loses\s+[\d.]+\s+requests/
    )
    assert.match(
      out,
      /\n· Worst at (09|1[0-5]):\d\d: [\d.]+ ± [\d.]+ requests\s+lost;\s+the\s+worst\s+hours\s+cost\s+[\d.]+\s+times/
    )
    assert.match(out, /\n {2}00:00 {7}03:00 {7}06:00 {7}09:00\n {2}[▁▂▃▄▅▆▇█·]{48}\n {2}[ ─]+\n {2}12:00 /)
    assert.isTrue(out.split("\n").every((line) => line.length <= 80))
  })

  it.each(["24h", "2d"])("has room for the day in a narrow terminal: %s", async (over) => {
    write("ebb.yaml", day)
    const { out } = await ebb(`plan when --seeds 1 --over ${over} --set run.window=1m`, { env: { COLUMNS: "40" } })
    assert.match(out, /\n {2}(day 1 {3})?00:00 {7}03:00\n/)
    assert.match(out, /\n {2,10}18:00 {7}21:00\n/)
    if (over === "2d") assert.match(out, /\n {2}day 2 {3}00:00 {7}03:00\n/)
    assert.deepStrictEqual(
      out.split("\n").filter((line) => [...line].length > 40),
      []
    )
  })

  it("gives every step as JSON, with its interval and its group", async () => {
    write("ebb.yaml", day)
    const { code, out } = await ebb("plan when --over 3h --seeds 3 --json")
    assert.strictEqual(code, 0)
    const { seeds, spec, version, when } = JSON.parse(out)
    assert.deepStrictEqual([version, seeds, spec.app.name], [1, 3, "day"])
    assert.deepStrictEqual(
      when.steps.map(({ atMs }: { readonly atMs: number }) => atMs / 60_000),
      [15, 30, 45, 60, 75, 90, 105, 120, 135, 150, 165, 180]
    )
    assert.hasAllKeys(when.steps[0], ["atMs", "inFlight", "errors", "p99Ms", "unanswered", "group"])
    assert.deepStrictEqual([when.stepMinutes, when.mode, when.matters], [15, "force", false])
    assert.deepStrictEqual(when.best, [{ fromMs: 900_000, toMs: 10_800_000 }])
  })

  it("does not say that it does not matter when there is but one seed", async () => {
    write("ebb.yaml", day)
    const { code, out } = await ebb("plan when --over 1h --seeds 1")
    assert.strictEqual(code, 0)
    assert.include(out, "! One seed cannot tell whether it matters when. Ask for more, with --seeds 8.\n")
    assert.notInclude(out, "does not matter")
  })

  it("says nothing of requests where none was in flight at any time, and how many there were where they were few", async () => {
    write("ebb.yaml", day.replace(/daily: .* peak_at: 12h }/, "poisson: 6/h"))
    const none = await ebb(
      "plan when --over 1h --seeds 2 --set traffic.0.arrivals.poisson=1/h --set traffic.0.service=1s"
    )
    assert.match(none.out, /\n! No request was in flight at any of these times, so nothing is known/)
    assert.notInclude(none.out, "►")
    const few = await ebb("plan when --mode graceful --over 1h --seeds 4 --set app.termination_grace_period=10m")
    assert.match(few.out, /\n· In these runs, a graceful rollout lost no request/)
    assert.match(few.out, /\n! Only \d+ requests were in flight at all these times together: too few to tell a\s+share/)
    assert.notInclude(few.out, "does not matter")
  })

  it("recommends no time where the app cannot keep up", async () => {
    const slow = day
      .replace(/daily: .* peak_at: 12h }/, "poisson: 1/s")
      .replace("max_multiplexing: 32", "max_multiplexing: 1")
    write("ebb.yaml", slow.replace("max_concurrency: 4", "max_concurrency: 2"))
    const { out } = await ebb("plan when --mode graceful --over 1h --seeds 6", { env: { COLUMNS: "200" } })
    assert.match(
      out,
      /^When · ebb\.yaml\n! The app is saturated: it cannot keep up even without a rollout, so its latency\s/
    )
    assert.match(out, /\n· By the requests lost alone it does not matter when: /)
    assert.notInclude(out, "►")
    assert.notInclude(out, "p99")
  })

  it("reads a trace as far as it looks ahead, not as far as the spec runs", async () => {
    const rows = Array.from({ length: 2 * 3600 }, (_, second) => second).join("\n")
    write("a.csv", `at\n${rows}\n`)
    const trace = "arrivals: { trace: { file: a.csv, timestamp: at } }"
    write("ebb.yaml", day.replace(/arrivals: .*\n/, `${trace}\n`).replace("seeds: 6", "seeds: 2"))
    const { out } = await ebb("plan when --json")
    assert.strictEqual(JSON.parse(out).when.steps.at(-1).atMs, 105 * 60_000)
  })

  it("a trace that ends before there is anything to choose from is told so", async () => {
    write("a.csv", "at\n0\n60\n")
    const trace = "arrivals: { trace: { file: a.csv, timestamp: at } }"
    write("ebb.yaml", day.replace(/arrivals: .*\n/, `${trace}\n`))
    const { code, err } = await ebb("plan when ebb.yaml")
    assert.strictEqual(code, 2)
    assert.match(err, /ebb\.yaml: the traffic ends before the first quarter of an hour after the warm-up/)
  })
})

const scaling = "plan scaling ebb.yaml --let scaling.max_concurrency=2..6"

describe("ebb plan scaling", () => {
  it("says what to set, what that holds and costs, and writes the spec so", async () => {
    write("ebb.yaml", busy)
    const line = `${scaling} --slo 'replace.queueWaitMs.during.p99 < 30s' --write planned.yaml`
    const { code, err, out } = await ebb(line, { env: { COLUMNS: "80" } })
    assert.strictEqual(code, 0)
    assert.match(
      out,
      /^Scaling · ebb\.yaml\n► Set max_concurrency 3 instead of 8: \$\d+\.\d\d an hour through the rollout,/
    )
    assert.match(out, /\n· Holds: replace\.queueWaitMs\.during\.p99 < 30s: mean /)
    assert.match(out, /\n· The cheapest that does not hold is max_concurrency 2: it breaks\s+replace/)
    assert.match(
      out,
      /\n· 5 candidates tried in \d+ runs; with a probability of \d+ % this\s+one\s+costs\s+the\s+least/
    )
    assert.match(out, /\n {2}chosen {4,}max_concurrency 3 /)
    assert.match(out, /\n {2}today {5,}max_concurrency 8 /)
    assert.isTrue(out.split("\n").every((line) => line.length <= 80))
    assert.include(err, "Written to planned.yaml: scaling.max_concurrency: 3\n")
    assert.strictEqual(read("planned.yaml"), busy.replace("max_concurrency: 8", "max_concurrency: 3"))
  })

  it("takes what may change and what must hold from the spec, where the command line has none", async () => {
    const own = `plan: { let: { scaling.max_concurrency: 2..6 }, slo: [ "replace.queueWaitMs.during.p99 < 30s" ] }\n`
    write("ebb.yaml", busy + own)
    const { code, out } = await ebb("plan scaling --json")
    assert.strictEqual(code, 0)
    const { chosen, cheapestBroken, confidence, runs, today } = JSON.parse(out).scaling
    assert.deepStrictEqual(chosen.settings, { "scaling.max_concurrency": 3 })
    assert.isTrue(chosen.slos[0].holds)
    assert.deepStrictEqual(cheapestBroken.settings, { "scaling.max_concurrency": 2 })
    assert.deepStrictEqual(today.settings, { "scaling.max_concurrency": 8 })
    assert.isAbove(today.costPerHour.mean, chosen.costPerHour.mean)
    assert.strictEqual(confidence, 0.95)
    assert.isBelow(runs, (5 * 1000) / 5)
  })

  it("says which of the ranges no app can have, and calls nothing the cheapest of what it did not try", async () => {
    write("ebb.yaml", busy)
    const words = "--set scaling.min_concurrency=8 --let scaling.max_concurrency=6..8"
    const { out } = await ebb(`plan scaling ebb.yaml ${words} --slo 'replace.queueWaitMs.during.p99 < 1h'`)
    const said = out.replaceAll(/\s+/g, " ")
    assert.include(said, "Keep max_concurrency 8: nothing cheaper among those tried ")
    assert.include(
      said,
      "2 combinations within the bounds were not tried: min_concurrency would be above max_concurrency."
    )
    assert.include(said, "To try them, let min_concurrency change as well.")
  })

  it("names the nearest miss of an SLO that nothing holds, and exits with 1", async () => {
    write("ebb.yaml", busy)
    const { code, out } = await ebb(`${scaling} --slo 'replace.latencyMs.during.p50 < 2s'`, { env: { COLUMNS: "200" } })
    assert.strictEqual(code, 1)
    assert.match(
      out,
      /\n! No scaling within the bounds is known to hold every SLO\. The nearest miss is\s+max_concurrency \d/
    )
    assert.match(out, /\n· Does not hold: replace\.latencyMs\.during\.p50 < 2s: mean 4\.0 s/)
    assert.match(out, /\n· 5 candidates tried in \d+ runs; with a probability of \d+ % none of them\s+holds/)
    assert.notInclude(out, "The cheapest that does not hold")
  })

  it.each([
    [
      "--let scaling.max_concurrency=6..2",
      "--let scaling.max_concurrency=6..2: the bounds are the wrong way round; write 2..6"
    ],
    ["--let scaling.max_concurency=2..6", "did you mean scaling.max_concurrency?"],
    ["--let scaling.max_concurrency=1 --let scaling.min_concurrency=2", "no candidate is possible"],
    ["--let scaling.max_concurrency=1 --let scaling.max_concurrency=2", "scaling.max_concurrency is given twice"],
    ["--let scaling.max_concurrency=1..500 --runs 100", "500 candidates need at least 5000 runs and there may be 100"]
  ])("%s is refused in one sentence", async (words, sentence) => {
    write("ebb.yaml", busy)
    const { code, err } = await ebb(`plan scaling ebb.yaml ${words} --slo 'replace.requests.errored < 1'`)
    assert.strictEqual(code, 2)
    assert.include(err.replaceAll(/\s+/g, " "), sentence)
  })

  it.each([
    [
      "slo: [ replace.requests.errored < 1 ], let: { scaling.max_concurrency: 1, scaling.min_concurrency: 2 }",
      "plan.let.scaling.max_concurrency, plan.let.scaling.min_concurrency: no candidate is possible"
    ],
    [
      "slo: [ replace.requests.erored < 1 ]",
      "plan.slo[0]: replace.requests.erored < 1: there is no measure requests.erored; did you mean requests.errored?"
    ]
  ])("names the spec where that is wrong: %s", async (own, sentence) => {
    write("ebb.yaml", `${busy}plan: { ${own} }\n`)
    const { code, err } = await ebb("plan scaling ebb.yaml")
    assert.strictEqual(code, 2)
    assert.include(err.replaceAll(/\s+/g, " "), sentence)
  })

  it("without anything that must hold asks what that is", async () => {
    write("ebb.yaml", busy)
    const { code, err } = await ebb(scaling)
    assert.strictEqual(code, 2)
    assert.include(err, "What must hold?")
  })
})

describe("ebb plan", () => {
  it("answers everything, and says what it was not asked", async () => {
    write("ebb.yaml", busy)
    const { code, out } = await ebb("plan --seeds 2")
    assert.strictEqual(code, 0)
    assert.match(out, /^Grace · ebb\.yaml\n[^]*\n\nWay · ebb\.yaml\n[^]*\n\nWhen · ebb\.yaml\n/)
    assert.match(out, /\n\nScaling · ebb\.yaml\n· To find the cheapest scaling, say what must hold: --slo/)
  })

  it.each([
    ["--html ebb.yaml", "--html ebb.yaml would write over the spec; name another file"],
    ["--write ./ebb.yaml", "--write ./ebb.yaml would write over the spec; name another file"],
    ["--write p.yaml --html p.yaml", "--html p.yaml would write over the file of --write; name another file"],
    ["--html a.csv", "--html a.csv would write over what ebb.yaml reads; name another file"]
  ])("%s writes over nothing that it reads or writes", async (words, sentence) => {
    const trace = day.replace(/arrivals: .*\n/, "arrivals: { trace: { file: a.csv, timestamp: at } }\n")
    write("ebb.yaml", trace)
    write("a.csv", "at\n0\n60\n")
    const { code, err, out } = await ebb(`plan grace ebb.yaml ${words}`)
    assert.deepStrictEqual([code, out], [2, ""])
    assert.include(err, sentence)
    assert.deepStrictEqual([read("ebb.yaml"), read("a.csv")], [trace, "at\n0\n60\n"])
  })

  it.each([
    ["plan grcae", "There is no part 'grcae' of a plan. Did you mean 'grace'?"],
    ["plan grace --at 3s,soon", "must be times of whole seconds up to 1h, such as 3s,5s,10s, got 'soon'"],
    ["plan grace --at 2h", "must be times of whole seconds up to 1h, such as 3s,5s,10s, got '2h'"],
    ["plan way --cost error=3", "--cost must be like error=0.02USD or degraded=5USD/m, got 'error=3'"],
    ["plan way --cost error=3EUR", "--cost is in EUR, the spec's prices are in USD; use USD"],
    [
      "plan grace --slo x",
      "--slo belongs to plan scaling, plan grace has no use for it: leave it out, or ask for the scaling"
    ],
    ["plan grace --let y=z", "--let belongs to plan scaling"],
    ["plan grace --cost q", "--cost belongs to plan way"],
    ["plan grace --mode force", "--mode belongs to plan when"],
    ["plan grace --runs 3", "--runs belongs to plan scaling"],
    ["plan scaling --over 7d", "--over belongs to plan when"],
    ["plan way --at 3s", "--at belongs to plan grace"],
    ["plan --let scaling.max_concurrency=1..3", "What must hold? Name it"],
    ["plan when a.yaml b.yaml", "There is no room for 'b.yaml': name one spec"],
    ["plan when ebb.yaml --preset llm", "Name 'ebb.yaml' or --preset llm, not both"],
    ["plan when --over 5m", "must be from 15m to 31d, such as 24h or 7d, got '5m'"],
    ["plan when --mode none", "invalid choice: 'none' (choose from 'graceful', 'replace', 'force')"]
  ])("%s is refused", async (line, sentence) => {
    write("ebb.yaml", busy)
    const { code, err } = await ebb(line)
    assert.strictEqual(code, 2)
    assert.include(err, sentence)
  })

  it.each([
    ["--cost q", "--cost must be like error=0.02USD or degraded=5USD/m, got 'q'"],
    ["--slo x", '--slo "x": must be PATH OP NUMBER'],
    ["--slo 'replace.requests.errored < 1' --runs 5", "candidates need at least"]
  ])(
    "%s is refused before any part runs: the first takes minutes",
    async (words, sentence) => {
      const { code, err } = await ebb(`plan --seeds 1000 ${words}`)
      assert.strictEqual(code, 2)
      assert.include(err, sentence)
    },
    60_000
  )
})

describe("a graceful rollout of which nothing is cut after its first seconds", () => {
  it("is said to cut as little then as at its end", async () => {
    const { out } = await ebb("plan way --preset llm --seeds 4")
    assert.match(out.replace(/\s+/g, " "), /in its first 5 s \(it then cuts none, as after the whole 30 s\)/)
  })
})
