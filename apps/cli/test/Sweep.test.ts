import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { run } from "./RunEbb.ts"

let cwd = ""
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ebb-sweep-"))
  writeFileSync(join(cwd, "ebb.yaml"), spec)
})
afterEach(() => rmSync(cwd, { recursive: true }))

const spec = `app: { machine_type: GPU-H100, termination_grace_period: 30s }
scaling: { min_concurrency: 3, max_concurrency: 9 }
traffic: [ { kind: direct, arrivals: { poisson: 1/s }, service: { exponential: { mean: 2s } } } ]
rollouts: [ { at: 1m } ]
run: { for: 2m, warmup: 20s, window: 1m, seeds: 2 }
`
const grid = ["--vary", "scaling.min_concurrency=3,6", "--vary", "app.termination_grace_period=0s,30s"]
const ebb = (...words: ReadonlyArray<string>) => run(["sweep", "ebb.yaml", ...words], { cwd })
const text = (file: string): string => readFileSync(join(cwd, file), "utf8")

describe("ebb sweep", () => {
  it("writes a row for each point, seed and mode, and one over the seeds, and shows the two-way table", async () => {
    const { code, err, out } = await ebb(...grid, "--mode", "graceful", "--mode", "force", "--out", "rows.csv")
    assert.deepStrictEqual([code, err], [0, ""])
    const rows = text("rows.csv")
      .trimEnd()
      .split("\n")
      .map((line) => line.split(","))
    assert.deepStrictEqual(rows[0]!.slice(0, 5), [
      "scaling.min_concurrency",
      "app.termination_grace_period",
      "mode",
      "seed",
      "requests.errored"
    ])
    assert.deepStrictEqual(
      rows.slice(1, 7).map((row) => row.slice(0, 4).join(" ")),
      ["1 graceful", "1 force", "2 graceful", "2 force", "all graceful", "all force"].map((end) => {
        const [seed, mode] = end.split(" ")
        return `3 0s ${mode} ${seed}`
      })
    )
    assert.lengthOf(rows, 1 + 4 * 6)
    const [one, two, , , all] = rows.slice(1).filter(([, , mode]) => mode === "force")
    assert.strictEqual((Number(one![4]) + Number(two![4])) / 2, Number(rows[6]![4]))
    assert.isDefined(all)
    const lines = out.split("\n")
    assert.strictEqual(lines[0], "ebb.yaml · 4 points × 2 modes × 2 seeds")
    assert.match(
      out.replaceAll("\n  ", " "),
      /\n► graceful: errors in all 0 at best, with .*=3, app\.termination_grace_period=30s/
    )
    assert.match(out, /\nforce\n +0s +30s\n3 +\S.*\n6 +\S/)
    assert.isTrue(lines.every((line) => line.length <= 80))
    assert.strictEqual(lines.at(-2), "Rows: rows.csv")
  })

  it("gives as much as rehearsing each point by itself", async () => {
    const { out } = await ebb(...grid, "--json")
    const swept = JSON.parse(out)
    assert.deepStrictEqual(Object.keys(swept), ["version", "spec", "vary", "modes", "seed", "seeds", "points"])
    const set = ["--set", "scaling.min_concurrency=6", "--set", "app.termination_grace_period=0s"]
    const rehearsed = JSON.parse((await run(["rehearse", "ebb.yaml", ...set, "--json"], { cwd })).out)
    const [, , point] = swept.points
    assert.deepStrictEqual(point.values, { "scaling.min_concurrency": "6", "app.termination_grace_period": "0s" })
    for (const [at, { mode, measures }] of point.modes.entries()) {
      assert.strictEqual(mode, rehearsed.modes[at].mode)
      assert.deepStrictEqual(measures["requests.errored"], rehearsed.modes[at].requests.errored)
      assert.deepStrictEqual(measures["latencyMs.during.p99"], rehearsed.modes[at].latencyMs.during.p99)
      assert.deepStrictEqual(measures["cost.amount"], rehearsed.modes[at].cost.amount)
    }
  })

  it.each(["rows.csv", "rows.jsonl"])(
    "goes on where it was interrupted, wherever that was, with the same bytes: %s",
    async (file) => {
      const options = [...grid, "--mode", "force"]
      const json = (await ebb(...options, "--out", file, "--json")).out
      const whole = text(file)
      for (const share of [0, 0.01, 0.3, 0.5, 0.77, 0.999, 1]) {
        const cut = `cut-${share}-${file}`
        writeFileSync(join(cwd, cut), whole.slice(0, Math.floor(whole.length * share)))
        const { code, out } = await ebb(...options, "--out", cut, "--json")
        assert.deepStrictEqual([code, text(cut) === whole, out === json], [0, true, true], `${share}`)
      }
    }
  )

  it("leaves rows of another sweep alone, and says so", async () => {
    await ebb(...grid, "--mode", "force", "--out", "rows.csv")
    const before = text("rows.csv")
    for (const other of [
      ["--for", "3m"],
      ["--seed", "5"],
      ["--set", "prices.GPU-H100=1"]
    ]) {
      const { code, err } = await ebb(...grid, "--mode", "force", "--out", "rows.csv", ...other)
      assert.strictEqual(code, 2)
      assert.match(err, /✘ rows\.csv has rows of something else from line 2 on: .*; name another file, or remove it\n/)
    }
    assert.match((await ebb(...grid, "--out", "ebb.yaml")).err, /ebb\.yaml has rows of something else from line 1/)
    assert.strictEqual(text("rows.csv"), before)
    assert.strictEqual(text("ebb.yaml"), spec)
  })

  it.each([
    ["notes.csv", "one line that nobody ended"],
    ["notes.jsonl", '{"precious":true}'],
    ["events.jsonl", '{"a":1}\n{"a":2}\n'],
    ["half.jsonl", `{"scaling.min_concurrency":"3"}\n{"scaling`]
  ])("leaves a file of something else alone, however short: %s", async (file, before) => {
    writeFileSync(join(cwd, file), before)
    const { code, err } = await ebb(...grid, "--out", file)
    assert.deepStrictEqual([code, text(file)], [2, before])
    assert.match(err, /has rows of something else from line 1 on/)
  })

  it("is the same on one thread and on three", async () => {
    const options = [...grid, "--seeds", "12", "--out"]
    await ebb(...options, "one.csv", "--jobs", "1")
    await ebb(...options, "three.csv", "--jobs", "3")
    assert.strictEqual(text("three.csv"), text("one.csv"))
  })

  it("runs as many points as a sample is to have", async () => {
    const { out } = await ebb(...grid, "--sample", "2", "--mode", "force", "--seeds", "1", "--json")
    assert.lengthOf(JSON.parse(out).points, 2)
  })

  it("shows one that varies by the modes", async () => {
    const { out } = await ebb(
      grid[0]!,
      grid[1]!,
      "--measure",
      "latencyMs.during.p99",
      "--mode",
      "none",
      "--mode",
      "force"
    )
    assert.match(out, /\nlatency p99, during: scaling\.min_concurrency down, mode across\n +none +force\n3 +\S/)
  })

  it("shows a time of an app that cannot keep up in brackets, and calls it best nowhere", async () => {
    const least = ["--set", "scaling.min_concurrency=1", "--measure", "latencyMs.during.p99", "--mode", "none"]
    const { out } = await ebb("--vary", "scaling.max_concurrency=1,9", ...least, "--for", "10m")
    assert.match(out, /\n► none: latency p99, during [^(]+ at best, with\s+scaling\.max_concurrency=9\n/)
    assert.match(out, /\n1 +\([^()]+\)\n9 +[^()]+\n/)
    assert.match(
      out.replaceAll("\n", " "),
      / none with scaling\.max_concurrency=1: the app cannot keep up, so this proves little\./
    )
    assert.match(out, /\nTimes in brackets mean nothing/)
  })

  const arrivals = "traffic.0.arrivals.poisson"
  it("shows nothing of a rollout that met no request, and says so", async () => {
    const { out } = await ebb("--vary", `${arrivals}=1/h,50/h,1/s`, "--measure", "inFlight.errored", "--mode", "force")
    assert.match(out, /\n► force: of those: errored [\d.± ]+ at best, with\s+traffic\.0\.arrivals\.poisson=1\/s\n/)
    assert.match(out, /\n1\/h +–\n50\/h +–\n1\/s +[\d.]+/)
    assert.include(
      out.replaceAll("\n", " "),
      `force with ${arrivals}=1/h: no request came after the warm-up, so this proves nothing. ` +
        `force with ${arrivals}=50/h: no request was in flight at the rollout in any run, so this proves nothing.`
    )
  })

  it("shows nothing of a rollout that never ends, and has that in its rows", async () => {
    const options = ["--vary", "capacity.GPU-H100=3,6", "--mode", "replace", "--set", "scaling.max_concurrency=3"]
    const { out } = await ebb(...options, "--out", "rows.jsonl")
    assert.match(out, /\n► replace: errors in all [\d.± ]+ at best, with capacity\.GPU-H100=6\n/)
    assert.match(
      out.replaceAll("\n", " "),
      /replace with capacity\.GPU-H100=3: the rollout did not finish in every run, /
    )
    const rows = text("rows.jsonl")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    const all = rows.filter(({ seed }) => seed === "all")
    assert.deepStrictEqual(
      all.map((row) => row["rollouts.unfinished"]),
      [1, 0]
    )
    assert.deepStrictEqual(
      all.map((row) => row["stability.saturated"]),
      [0, 0]
    )
  })

  const flat = (out: string): string => out.replaceAll(/\n(?=\S)/g, " ")

  it("says of a mode without a rollout that nothing rolls out, not that capacity never came back", async () => {
    const { out } = await ebb("--vary", "scaling.min_concurrency=2,4", "--measure", "capacity.recoveryMs")
    assert.match(out, /\n2 +– +[\d.]+ s/)
    assert.match(flat(out), / none everywhere: nothing rolls out, so there is nothing to measure\. *\n?$/)
  })

  it("says why no point has a value, and of the others in how many runs there is none", async () => {
    const rare = ["--set", `${arrivals}=20/h`, "--for", "2h", "--set", "rollouts.0.at=1h", "--mode", "force"]
    const { out } = await ebb("--vary", "scaling.min_concurrency=2,4", "--measure", "latencyMs.during.p99", ...rare)
    assert.match(out, /\n2 +–\n4 +–\n/)
    assert.match(
      flat(out),
      / force everywhere: no request submitted in the window 'during' was answered in any run, so there is nothing to measure\./
    )
    const hang = ["--vary", "faults.hang=0.01,0.05", "--measure", "graceNeededMs", "--mode", "force", "--seeds", "8"]
    const some = flat((await ebb(...hang)).out)
    assert.match(some, /=0\.01: in some runs no grace period is long enough; this is of the others\./)
    assert.match(some, /=0\.05: in no run is any grace period long enough\./)
  })

  it("shows amounts in the currency of each point, and compares no two", async () => {
    const cost = ["--measure", "cost.amount", "--mode", "force"]
    const { out } = await ebb("--vary", "prices.currency=EUR,USD", ...cost)
    assert.match(out, /\nEUR +€[\d.]+.*\nUSD +\$[\d.]+/)
    assert.notInclude(out, "►")
    assert.match(flat(out), /The prices are in EUR and USD: amounts in different currencies are neither compared nor/)
    const three = await ebb(...grid, "--vary", "prices.currency=EUR,USD", ...cost)
    assert.match(three.out, /\n3 +– +–\n6 +– +–\n/)
    const one = await ebb("--vary", "prices.GPU-H100=1,2", "--set", "prices.currency=EUR", ...cost)
    assert.match(one.out, /► force: cost from then on €[\d.]+.* at best/)
    const { points } = JSON.parse((await ebb("--vary", "prices.currency=EUR,USD", ...cost, "--json")).out)
    assert.deepStrictEqual(
      points.map(({ currency }: { readonly currency: string }) => currency),
      ["EUR", "USD"]
    )
  })

  /** Jobs of ten minutes and a rollout right after the warm-up: all that it meets came before. */
  const jobs = `app: { max_multiplexing: 1 }
scaling: { min_concurrency: 20, max_concurrency: 20 }
runner: { scheduling: 1s, setup: 4s, teardown: 1s }
traffic: [ { kind: direct, arrivals: { poisson: 1/m }, service: 10m } ]
rollouts: [ { at: 12m } ]
run: { for: 30m, warmup: 12m, seeds: 3, modes: [graceful, force] }
`

  it("shows what was cut of the warm-up also where no request came after it", async () => {
    writeFileSync(join(cwd, "ebb.yaml"), jobs.replace("poisson: 1/m", "trace: { file: at.csv, timestamp: at }"))
    writeFileSync(join(cwd, "at.csv"), "at\n0\n600\n660\n")
    const { out } = await ebb("--vary", "app.termination_grace_period=5s,10m")
    assert.match(out, /\n5s +– \+ [\d.]+ +– \+ [\d.]+\n10m +– +– \+ [\d.]+\n/)
  })

  it("shows no point as free of losses where requests of the warm-up were cut", async () => {
    writeFileSync(join(cwd, "ebb.yaml"), jobs)
    const graces = ["--vary", "app.termination_grace_period=5s,10m", "--out", "rows.jsonl"]
    const { out } = await ebb(...graces)
    assert.match(out, /\n► graceful: errors in all 0 at best, with app\.termination_grace_period=10m\n/)
    assert.match(out, /\n► force: errors in all 0 \+ [\d.]+ everywhere\n/)
    assert.match(out, /\n5s +0 \+ [1-9][\d.]* +0 \+ [1-9][\d.]*\n10m +0 +0 \+ [1-9][\d.]*\n/)
    assert.match(
      flat(out),
      / After a \+: requests of the warm-up that failed once it was over \(requests\.erroredOfWarmup\)\./
    )
    const rows = text("rows.jsonl")
      .trimEnd()
      .split("\n")
      .flatMap((line) => JSON.parse(line))
    const all = rows.filter(({ seed }) => seed === "all")
    const { points } = JSON.parse((await ebb(...graces, "--json")).out)
    const told = points.flatMap(({ modes }: { readonly modes: ReadonlyArray<{ readonly measures: object }> }) =>
      modes.map(({ measures }) => measures)
    )
    for (const path of ["requests.errored", "requests.erroredOfWarmup"]) {
      assert.deepStrictEqual(
        told.map((measures: Record<string, { readonly mean: number }>) => measures[path]!.mean),
        all.map((row) => row[path])
      )
    }
    assert.deepStrictEqual(
      all.map((row) => [row["requests.errored"], row["requests.erroredOfWarmup"] > 5]),
      [
        [0, true],
        [0, true],
        [0, false],
        [0, true]
      ]
    )
  })

  it("holds points with losses of the warm-up against each other by all that failed", async () => {
    writeFileSync(join(cwd, "ebb.yaml"), jobs)
    const services = ["--vary", "traffic.0.service=1m,10m", "--mode", "force"]
    const { out } = await ebb(...services)
    assert.match(out, /► force: errors in all 0 \+ [\d.]+ at best, with traffic\.0\.service=1m\n/)
    const other = (await ebb(...services, "--measure", "inFlight.errored")).out
    assert.notInclude(other, " + ")
    assert.notInclude(other, "After a +")
  })

  it("leaves a cell blank that a sample leaves out, and says so", async () => {
    const options = ["--mode", "force", "--seeds", "1", "--measure", "coldStarts"]
    const { out } = await ebb(...grid, "--sample", "2", ...options)
    const cells = out.split("\n").flatMap((line) => /^([36])( +.*)$/.exec(line)?.[2]!.trim().split(/ +/) ?? [])
    assert.lengthOf(cells, 2)
    assert.notInclude(cells, "–")
    assert.match(out, /\nA blank cell was not tried: --sample leaves it out\.\n/)
    assert.notInclude(out, "everywhere")
    assert.notInclude((await ebb(...grid, ...options)).out, "blank")
  })

  const refused = [
    [["--vary", "scaling.min_concurency=3,6"], /--vary scaling\.min_concurency=3: .*; did you mean min_concurrency\?/],
    [["--vary", "scaling.min_concurrency=3,10"], /--vary scaling\.min_concurrency=10: .*max_concurrency/],
    [["--vary", "scaling.min_concurrency"], /must be PATH=VALUE,VALUE…, such as scaling\.min_concurrency=2,4,8/],
    [["--vary", "run.seeds=2,3"], /run\.modes, run\.seeds and run\.seed cannot vary/],
    [[], /Nothing varies\. Name what does: --vary/],
    [["--vary", "run.for=2m,3m", "--vary", "run.for=4m"], /--vary run\.for is given twice/],
    [
      ["--vary", "traffic.0.service=1s,2s", "--vary", "traffic[0].service=3s"],
      /--vary traffic\[0\]\.service is given twice; give all its values in one/
    ],
    [
      ["--vary", "scaling={max_concurrency: 3},{max_concurrency: 4}", "--vary", "scaling.min_concurrency=1,2"],
      /--vary scaling\.min_concurrency is a part of what --vary scaling varies, so one would write over the other/
    ],
    [
      ["--vary", "traffic.0.service=1s,2s", "--vary", "traffic[0]={kind: direct, arrivals: {poisson: 1/s}}"],
      /--vary traffic\.0\.service is a part of what --vary traffic\[0\] varies/
    ],
    [
      ["--vary", "scaling.max_concurrency=8,9", "--set", "scaling.max_concurrency=10"],
      /--set scaling\.max_concurrency=10 sets what --vary scaling\.max_concurrency varies; leave one of the two out/
    ],
    [
      ["--vary", "traffic.0.service=1s", "--set", "traffic[0].service=2s"],
      /sets what --vary traffic\.0\.service varies/
    ],
    [["--vary", "run.for=2m,3m", "--for", "4m"], /--for 4m sets what --vary run\.for varies/],
    [["--vary", "run.for=2m", "--measure", "requests.erored"], /did you mean requests\.errored\?/],
    [
      [
        "--vary",
        `run.for=${Array.from({ length: 400 }, (_, n) => `${n + 90}s`).join()}`,
        "--vary",
        `rollouts.0.at=${Array.from({ length: 400 }, (_, n) => `${60_000 + n}ms`).join()}`
      ],
      /160,000 points, more than 100,000; .*--sample 1000/
    ]
  ] as const
  it.each(refused)("refuses what is wrong before it runs anything: %#", async (words, sentence) => {
    const { code, err } = await ebb(...words, "--out", "rows.csv")
    assert.strictEqual(code, 2)
    assert.match(err, sentence)
    assert.isFalse(existsSync(join(cwd, "rows.csv")))
  })
})
