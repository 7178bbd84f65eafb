import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { run, wordsOf } from "./RunEbb.ts"

let cwd = ""
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ebb-plan-when-"))
})
afterEach(() => rmSync(cwd, { recursive: true }))

/** In a terminal so wide that a sentence is on one or two lines, with the line breaks within it as blanks. */
const ebb = async (line: string) => {
  const { code, err, out } = await run(wordsOf(`${line} --jobs 1`), { cwd, env: { COLUMNS: "200" } })
  return { code, err, out, text: out.replaceAll(/\n {2}(?=\S)/g, " ") }
}

const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text)
const read = (name: string): string => readFileSync(join(cwd, name), "utf8")

const spec = (traffic: string, rest = ""): string => `app: { name: a, machine_type: GPU-H100, max_multiplexing: 32 }
scaling: { min_concurrency: 2, max_concurrency: 4 }
traffic: [ ${traffic} ]
run: { for: 20m, seeds: 6, window: 2m } # as long as it takes
${rest}`
const trace = "arrivals: { trace: { file: a.csv, timestamp: at } }"
const steady = "{ kind: direct, arrivals: { poisson: 30/m }, service: { exponential: { mean: 10s } } }"

/** A request every 5 seconds for an hour and a half; each takes longer from 20 past on. */
const rows = Array.from({ length: 1080 }, (_, at) => `${5 * at},${at < 240 ? 7 : 32 + (at % 5)}`)
beforeEach(() => write("a.csv", `at,takes\n${rows.join("\n")}\n`))

describe("a day that is replayed", () => {
  it("is not said to have a best time, but what would have happened at which", async () => {
    write("ebb.yaml", spec(`{ kind: direct, ${trace}, service: { column: takes } }`))
    const { out, text } = await ebb("plan when --mode force")
    assert.match(
      text,
      /\n! All seeds have the same traffic, that of the traces: one run shows what would have happened on that day, and cannot tell chance/
    )
    assert.match(
      text,
      /\n· On that day, a forced rollout would have lost 1 request at 00:15, and 6 requests at 01:15\.\n/
    )
    assert.match(text, /\n· A trace has no request after 01:30, so no later time was tried\.\n/)
    assert.notMatch(out, /►|As good|seeds cannot tell|underlined|Worst/)
  })

  it("bounds what is said of other traffic, whose answer holds for that day alone", async () => {
    const more = "{ kind: queued, arrivals: { poisson: 6/m }, service: 3s }"
    write("ebb.yaml", spec(`{ kind: direct, ${trace}, service: { column: takes } }, ${more}`))
    const { text } = await ebb("plan when --mode force")
    assert.match(text, /\n► Roll out at 00:15: /)
    assert.match(text, /\n· A trace has no request after 01:30, so no later time was tried\.\n/)
    assert.match(text, /\n· All seeds have the same arrivals of the trace: they cannot tell whether another day/)
  })
})

describe("too little to tell", () => {
  it("one time is compared with nothing", async () => {
    write("ebb.yaml", spec(steady))
    const { out, text } = await ebb("plan when --mode force --over 15m")
    assert.match(
      text,
      /\n! Only one time was tried, so there is nothing to compare it with\. Look further ahead, with --over/
    )
    assert.match(text, /\n· In these runs, a forced rollout lost [\d.]+ requests/)
    assert.notInclude(out, "matter")
  })

  it("so few seeds may agree by chance", async () => {
    write("ebb.yaml", spec(steady))
    const { out, text } = await ebb("plan when --mode force --over 30m --seeds 2")
    assert.match(text, /\n! 2 seeds cannot tell 2 times apart: .* Ask for more, with --seeds 11\.\n/)
    assert.notInclude(out, "matter")
    assert.include((await ebb("plan when --mode force --over 30m --seeds 11")).out, "It does not matter when")
  })

  it("so few requests in flight leave it open, even if some were lost", async () => {
    write("ebb.yaml", spec(steady.replace("30/m", "20/h").replace("10s", "30s")))
    const { out, text } = await ebb("plan when --mode force --over 2h")
    assert.match(
      text,
      /\n! Only \d+ requests were in flight at all these times together: too few to tell whether it matters when\.\n/
    )
    assert.notInclude(out, "does not matter")
  })
})

it("a rollout that saves requests is said to save them", async () => {
  const hanging = `app: { name: a, machine_type: GPU-H100, termination_grace_period: 10s, request_timeout: 600s }
scaling: { min_concurrency: 6, max_concurrency: 10 }
faults: { hang: 0.01 }
traffic:
  - kind: direct
    arrivals: { daily: { low: 0.05/s, high: 2/s, period: 4h, peak_at: 2h } }
    service: { exponential: { mean: 2s } }
run: { for: 1h, seeds: 8 }
`
  write("ebb.yaml", hanging)
  const { out, text } = await ebb("plan when --mode graceful --over 4h")
  assert.match(
    text,
    /\n► Roll out .*: a graceful rollout then saves [\d.]+ requests( on average)?, as fewer fail than without it; p99/
  )
  assert.match(text, /requests lost by a rollout at that time; the lowest: \d+ saved; underlined: the best/)
  assert.notMatch(out, /-\d/)
})

describe("a plan of which one part has no answer", () => {
  it("has the others, without a rollout", async () => {
    write("ebb.yaml", spec(steady, "rollouts: []\n").replace("run: {", "run: { modes: [none],"))
    const { code, text } = await ebb("plan --seeds 2")
    assert.strictEqual(code, 0)
    assert.match(text, /^Grace · ebb\.yaml\n[►!] /)
    assert.match(text, /\n\nWay · ebb\.yaml\n! The spec has no rollout to compare: add one, /)
    assert.match(text, /\n\nWhen · ebb\.yaml\n[►!·] (?!The spec)/)
    const { grace, way, when } = JSON.parse((await ebb("plan --seeds 2 --json")).out)
    assert.deepStrictEqual([grace === null, way, when === null], [false, null, false])
  })

  it.each([
    [
      "{ kind: direct, arrivals: { trace: { file: b.csv, timestamp: at } } }",
      "The traffic ends before the first quarter"
    ],
    [
      `{ kind: direct, arrivals: { trace: { file: b.csv, timestamp: at } } }, ${steady}`,
      "The shortest trace ends before the first quarter"
    ],
    ["", "The spec has no traffic, so a rollout meets nothing at any time: add some"]
  ])("has the others, without a time to choose from: %s", async (traffic, why) => {
    write("b.csv", "at\n0\n60\n600\n")
    write("ebb.yaml", spec(traffic))
    const { code, text } = await ebb("plan --seeds 2")
    assert.strictEqual(code, 0)
    assert.match(text, /\n\nWay · ebb\.yaml\n/)
    assert.include(text, `\nWhen · ebb.yaml\n! ${why}`)
    const { way, when } = JSON.parse((await ebb("plan --seeds 2 --json")).out)
    assert.deepStrictEqual([way === null, when], [false, null])
  })

  it.each(["plan when", "plan --over 2h", "plan --mode force"])(
    "is refused where that is asked for: %s",
    async (line) => {
      write("ebb.yaml", spec(""))
      const { code, err } = await ebb(line)
      assert.strictEqual(code, 2)
      assert.include(err, "ebb.yaml: the spec has no traffic")
    }
  )

  it.each(["plan way", "plan --cost error=1USD"])("so is the way: %s", async (line) => {
    write("ebb.yaml", spec(steady, "rollouts: []\n").replace("run: {", "run: { modes: [none],"))
    const { code, err } = await ebb(line)
    assert.strictEqual(code, 2)
    assert.include(err, "The spec has no rollout to compare")
  })

  const slos = '"none.requests.errored < 1", "graceful.requests.errored < 1", "force.latencyMs.during.p99 < 9s"'
  const withSlos = spec(steady, `rollouts: []\nplan: { slo: [ ${slos} ] }\n`).replace("run: {", "run: { modes: [none],")
  const noRollout =
    "The spec has no rollout, so nothing can be known of graceful.requests.errored < 1, nor of force.latencyMs.during.p99 < 9s: add one,"

  it("has the others, without a rollout that an SLO is about; that it holds is not known, so exit 1", async () => {
    write("ebb.yaml", withSlos)
    const { code, text } = await ebb("plan --seeds 2")
    assert.strictEqual(code, 1)
    assert.match(text, /^Grace · ebb\.yaml\n[►!] [^]*\n\nWay · ebb\.yaml\n! [^]*\n\nWhen · ebb\.yaml\n[►!·] /)
    assert.include(text, `\n\nScaling · ebb.yaml\n! ${noRollout}`)
    const asJson = await ebb("plan --seeds 2 --json")
    const { grace, scaling, when } = JSON.parse(asJson.out)
    assert.deepStrictEqual([asJson.code, grace === null, when === null, scaling], [1, false, false, null])
  })

  it.each(["plan scaling", "plan --runs 9", `plan ${slos.replaceAll(/"([^"]+)",?/g, "--slo '$1'")}`])(
    "so is the scaling: %s",
    async (line) => {
      write("ebb.yaml", withSlos)
      const { code, err, out } = await ebb(line)
      assert.deepStrictEqual([code, out], [2, ""])
      assert.include(err.replaceAll(/\s+/g, " "), noRollout)
    }
  )
})

describe("--write", () => {
  const line = "plan when --mode force --over 15m --write planned.yaml"
  it("leaves the seeds of the spec as they are", async () => {
    write("ebb.yaml", spec(steady))
    const { err } = await ebb(`${line} --seeds 2 --seed 7`)
    assert.include(err, "Written to planned.yaml, with nothing changed\n")
    assert.strictEqual(read("planned.yaml"), read("ebb.yaml"))
  })

  it("names what --set changed, once, and what the advice changed", async () => {
    write("ebb.yaml", spec(steady))
    const { err } = await ebb(`${line} --seeds 2 --set run.window=4m --set run.window=6m`)
    assert.include(err, "Written to planned.yaml: run.window: 6m (by --set)\n")
    assert.strictEqual(read("planned.yaml"), read("ebb.yaml").replace("window: 2m", "window: 6m"))
    const set = "--set traffic[0].service=20s --set app.termination_grace_period=1s"
    const graced = await ebb(`plan grace --seeds 4 --write planned.yaml ${set}`)
    assert.match(
      graced.err,
      /Written to planned\.yaml: traffic\[0\]\.service: 20s \(by --set\), app\.termination_grace_period: \d+s\n/
    )
  })
})
