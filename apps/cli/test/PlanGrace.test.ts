import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import type { Surroundings } from "./FakeIo.ts"
import { run, wordsOf } from "./RunEbb.ts"

let cwd = ""
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ebb-plan-"))
  writeFileSync(join(cwd, "ebb.yaml"), films)
})
afterEach(() => rmSync(cwd, { recursive: true }))

const ebb = (line: string, surroundings: Surroundings = {}) =>
  run(wordsOf(`${line} --jobs 1`), { cwd, ...surroundings })

/** Requests of 4 s in the mean, half of them queued, and a grace period of 5 s. */
const films = `app: { name: films, machine_type: GPU-H100, max_multiplexing: 8 } # grace: the default of 5 s
scaling: { min_concurrency: 4, max_concurrency: 8 }
runner: { setup: 10s }
traffic: [ { kind: { mixed: { queued: 0.5 } }, arrivals: { poisson: 2/s }, service: { exponential: { mean: 4s } } } ]
rollouts: [ { at: 10m } ]
run: { for: 20m, warmup: 5m, window: 5m, seeds: 3 }
`

const narrow = { env: { COLUMNS: "80" } }

describe("ebb plan grace", () => {
  it("says which period to set and what today's loses, then draws the curve", async () => {
    const { code, err, out } = await ebb("plan grace --at 3s", narrow)
    assert.strictEqual(err, "Found ebb.yaml here.\n")
    assert.strictEqual(code, 0)
    assert.match(
      out,
      /^Grace · ebb\.yaml\n► Set termination_grace_period to \d\d s instead of 5 s: it cuts no more than/
    )
    assert.match(out, /\n· Today's 5 s cuts 2\d\.\d ± [\d.]+ % of the requests in flight: /)
    assert.match(out, /\n· 10 % are cut with [89] s|10 s/)
    assert.match(out, /\n· The knee of the curve is at \d s: /)
    assert.match(out, /\n {3}100 % █[^]*\n {5}0 % █+/)
    assert.match(out, /5 s today ▲/)
    assert.match(out, /\n +3 s {2}asked /)
    assert.isTrue(out.split("\n").every((line) => line.length <= 80))
  })

  it("says that one seed has no interval", async () => {
    const { out } = await ebb("plan grace --seeds 1", { env: { COLUMNS: "200" } })
    assert.match(out, /\n· 10 % are cut with \d+ s, 1 % with \d+ s/)
    assert.include(
      out.replaceAll(/\s+/g, " "),
      "· One seed has no interval: how far off these periods may be is not known."
    )
  })

  it("speaks ASCII where the terminal does", async () => {
    const { out } = await ebb("plan grace", { env: { COLUMNS: "80", LC_ALL: "C" } })
    assert.isTrue([...out].every((each) => each.charCodeAt(0) < 128))
    assert.match(out, /\n {3}100 % #/)
  })

  it("gives all of it as JSON", async () => {
    const { code, out } = await ebb("plan grace --json")
    assert.strictEqual(code, 0)
    const { grace, never, seeds, version } = JSON.parse(out)
    assert.deepStrictEqual([version, seeds, never], [1, 3, null])
    assert.hasAllKeys(grace, [
      "seen",
      "timingOut",
      "repeated",
      "curve",
      "knee",
      "periods",
      "today",
      "worstHour",
      "tailIndex",
      "limits"
    ])
    const ofPoint = ["graceSeconds", "share", "count", "direct", "queued", "timingOut", "lostWorkSeconds"]
    assert.hasAllKeys(grace.curve[0], ofPoint)
    assert.deepStrictEqual(
      grace.periods.map(({ loss }: { readonly loss: number }) => loss),
      [0.1, 0.01, 0.001, 0]
    )
    assert.strictEqual(grace.today.graceSeconds, 5)
  })

  it("writes the spec as planned, comments kept, and says what differs", async () => {
    const { err } = await ebb("plan grace --write planned.yaml")
    const [, period] = /Written to planned\.yaml: app\.termination_grace_period: (\d+s)\n/.exec(err)!
    const planned = readFileSync(join(cwd, "planned.yaml"), "utf8")
    assert.include(planned, `termination_grace_period: ${period}`)
    assert.include(planned, "# grace: the default of 5 s")
    const said = period!.replace("s", " s")
    const again = await ebb("plan grace planned.yaml", narrow)
    assert.match(again.out, new RegExp(`► Keep the grace period of ${said}: ${said} would be enough`))
  })

  it("writes the plan as a page", async () => {
    const { code, err } = await ebb("plan grace --html plan.html")
    assert.strictEqual(code, 0)
    assert.include(err, "Page written to plan.html\n")
    const html = readFileSync(join(cwd, "plan.html"), "utf8")
    assert.include(html, "<title>ebb.yaml · ebb plan</title>")
    const [, data] = /<script type="application\/json" id="data">(.*)<\/script>/.exec(html)!
    const { parts, results } = JSON.parse(data!)
    assert.match(parts[0].said[0].text, /^Set termination_grace_period to \d\d s /)
    assert.strictEqual(results.grace.today.graceSeconds, 5)
    assert.match((await ebb("plan grace --html .")).err, /--html \. cannot be written: /)
  })

  it("names no period for a share that the requests seen cannot tell, and says how to see more", async () => {
    const rate = (perHour: number) => `--set traffic.0.arrivals.poisson=${perHour}/h --set run.for=2h`
    const some = await ebb(`plan grace ${rate(60)} --json`, narrow)
    const { grace } = JSON.parse(some.out)
    const { out } = await ebb(`plan grace ${rate(60)} --write planned.yaml`, narrow)
    assert.match(out, /► Set termination_grace_period to \d+ s instead of 5 s: it cuts no more than 1\s+in\s+10 of/)
    const said = out.replaceAll(/\n {2}/g, " ")
    assert.include(
      said,
      `\n! ${grace.seen} requests were seen in flight, enough to tell the period for 1 in 10, too few for 1 in 100`
    )
    assert.match(
      said,
      /too few for 1 in 100 and 1 in 1,000: simulate longer with --set run\.for=…, or with --seeds \d+\.\n/
    )
    assert.notMatch(out, /1 % with|1 in 1,000 with/)
    const few = await ebb(`plan grace ${rate(10)} --write few.yaml`, narrow)
    const reply = few.out.replaceAll(/\n {2}/g, " ")
    assert.match(
      reply,
      /^Grace · ebb\.yaml\n! \d+ requests were seen in flight, too few to tell the period even for 1 in 10: /
    )
    assert.notMatch(few.out, /are cut with|knee/)
    assert.include(
      few.err,
      "Written to few.yaml: traffic.0.arrivals.poisson: 10/h (by --set), run.for: 2h (by --set)\n"
    )
  })

  it("counts the requests of a trace once, however many seeds have them", async () => {
    const rows = Array.from({ length: 240 }, (_, at) => `${at * 30},${4 + ((at * 7) % 20)}`)
    writeFileSync(join(cwd, "a.csv"), ["at,took", ...rows].join("\n"))
    const traced = films
      .replace(
        /traffic: .*/,
        "traffic: [ { kind: direct, arrivals: { trace: { file: a.csv, timestamp: at } }, service: { column: took } } ]"
      )
      .replace("for: 20m", "for: 2h")
    writeFileSync(join(cwd, "ebb.yaml"), traced)
    const { out } = await ebb("plan grace --seeds 20", narrow)
    const said = out.replaceAll(/\n {2}/g, " ")
    assert.match(
      said,
      /\n! \d\d requests were seen in flight, enough to tell the period for 1 in 10, too few for 1 in 100 and 1 in 1,000: simulate more of the trace with --set run\.for=…, or a longer trace; more seeds have the same requests again\.\n/
    )
    assert.match(said, /\n· Today's 5 s cuts [\d.]+ % of the requests in flight: /)
    assert.match(said, /\n· Every seed has the requests of the trace again, so there is no interval: /)
    assert.notInclude(out, "--seeds")
  })

  it("says of how many none was cut, and what that leaves open", async () => {
    const { out } = await ebb(
      "plan grace --set app.termination_grace_period=10m --set traffic.0.arrivals.poisson=60/h",
      narrow
    )
    const said = out.replaceAll(/\n {2}/g, " ")
    assert.match(
      said,
      /· Today's 10 min cuts none of the \d+ requests seen in flight; of so few up to [\d.]+ % may still need more\./
    )
  })

  it("says that the period has to hold the teardown, where that is why", async () => {
    const teardown =
      "--set runner.teardown.uniform.min=30s --set runner.teardown.uniform.max=50s --set traffic.0.service=2s"
    const { out } = await ebb(`plan grace ${teardown} --set app.termination_grace_period=20s`, narrow)
    const said = out.replaceAll(/\n {2}/g, " ")
    assert.match(
      said,
      /► Set termination_grace_period to 52 s instead of 20 s: it has to hold what requests need \(2 s\) and then the teardown \(49\.\d s\)\.\n/
    )
    assert.match(said, /\n· Today's 20 s cuts none of /)
    assert.notInclude(said, "it cuts no more than")
    const none = await ebb("plan grace --set runner.teardown=3599s", narrow)
    assert.match(
      none.out.replaceAll(/\n {2}/g, " "),
      /! No grace period that may be set is long enough: it has to hold what requests need \(\d+ s\) and then the teardown \(59 min 59 s\)\./
    )
  })

  it("advises for those alone that request_timeout does not end first, and says how many it does", async () => {
    const { out } = await ebb("plan grace --set app.request_timeout=5s --set runner.teardown=1s", narrow)
    const said = out.replaceAll(/\n {2}/g, " ")
    assert.match(
      said,
      /^Grace · ebb\.yaml\n► Set termination_grace_period to 6 s instead of 5 s: it has to hold what requests need \(5 s\) and then the teardown \(1 s\)\.\n/
    )
    assert.match(said, /\n· Today's 5 s cuts none of the [\d,]+ requests seen in flight\.\n/)
    assert.match(
      said,
      /\n· request_timeout \(5 s\) ends \d\d\.\d ± [\d.]+ % of the requests in flight before they are answered: no grace period saves those\.\n· Of the others, 10 % are cut with [34] s.*; of the [\d,]+ others seen in flight none outlasted 5 s\.\n/
    )
    assert.match(said, / timing out anyway /)
    assert.notMatch(said, /heavy tail|lower request_timeout/)
    const none = await ebb("plan grace --set app.request_timeout=3s --set traffic.0.service=4s", narrow)
    assert.match(
      none.out.replaceAll(/\n {2}/g, " "),
      /^Grace · ebb\.yaml\n! No grace period saves a request: request_timeout \(3 s\) ends all that were seen in flight before they are answered\.\n· Today's 5 s cuts none/
    )
    assert.notMatch(none.out, /too few|are cut with|knee/)
  })

  it("advises no grace period that a later force of the spec would cut short, and says so", async () => {
    const forced = films.replace("{ at: 10m }", "{ at: 10m }, { at: 603s, mode: force }")
    writeFileSync(join(cwd, "ebb.yaml"), forced)
    const { err, out } = await ebb("plan grace --write planned.yaml", narrow)
    const said = out.replaceAll(/\n {2}/g, " ")
    assert.match(
      said,
      /^Grace · ebb\.yaml\n! Requests need (\d+ s), and the force of the spec, 3 s after its rollout, kills what is still in flight then, however long the grace period: let it come \1 after the rollout or later, or take it out\.\n/
    )
    assert.match(said, /\n· Today's 5 s alone cuts [^]*; at the moment of the spec, with its force 3 s later, [\d.]+ /)
    assert.match(said, /\n· Without the force of the spec, 10 % are cut with /)
    assert.notMatch(out, /Set termination|Keep the grace|would be enough/)
    assert.notInclude(err, "termination_grace_period")
  })

  it("finds nothing to say where nothing is in flight", async () => {
    const { code, out } = await ebb("plan grace --set traffic=[]")
    assert.strictEqual(code, 0)
    assert.match(out, /\n! Nothing is ever in flight, so no grace period is too short\.\n/)
  })
})

describe("ebb plan way", () => {
  it("says which way and when to force it, and shows what waiting saves", async () => {
    const { code, out } = await ebb("plan way", narrow)
    assert.strictEqual(code, 0)
    assert.match(out, /^Way · ebb\.yaml\n► Use \w+: /)
    assert.match(out, /\n +failed +p99 during +below capacity +cost\n {2}none /)
    assert.match(out, /\n {2}graceful, forced after\n[^]*\n {2}0 s [^]*\n[ ►] 5 s /)
    assert.isTrue(out.split("\n").every((line) => line.length <= 80))
  })

  it("says so where no request was met", async () => {
    const { out } = await ebb("plan way --set traffic.0.arrivals.poisson=5/h", narrow)
    assert.match(out, /\n! No request was in flight at the rollout in any run/)
    assert.match(out, /\n· Nothing shows when to force a graceful rollout: /)
  })

  it("compares nothing where the spec fixes how it rolls out", async () => {
    const { out } = await ebb("plan way --set rollouts.0.mode=force", narrow)
    assert.match(
      out,
      /^Way · ebb\.yaml\n! The spec fixes the mode of its rollout \(force at 10 min\), whatever the mode/
    )
    assert.notMatch(out, /► Use|Use graceful|does as well/)
  })

  it("advises no force that gains nothing, and blames nothing for what crashes take", async () => {
    const crashing = "--set faults.crash.exponential.mean=2m --set traffic.0.service=4s --seeds 8"
    const { out } = await ebb(`plan way ${crashing} --set app.termination_grace_period=1m`, narrow)
    assert.match(
      out.replaceAll(/\n {2}/g, " "),
      /· Most of what a graceful rollout saves, it saves in its first \d s \(it then cuts none, as after the whole 1 min\), and it holds no runner any longer: a force then gains nothing\.\n/
    )
    assert.notMatch(out, /hang or outlast|\n► +\d+ (s|min) /)
  })

  it("says that there is no waiting to try without a grace period", async () => {
    const { out } = await ebb("plan way --set app.termination_grace_period=0s", narrow)
    assert.match(out, /\n· There is no waiting to try: termination_grace_period is 0 s, so a graceful\n/)
    assert.notMatch(out, /waiting saved|graceful rollout before its grace period/)
  })

  it("says nothing of a difference in cost that is none, and takes costs in the currency of the prices", async () => {
    const { out } = await ebb("plan way --set prices.GPU-H100=0 --set prices.currency=euro --cost error=1euro", narrow)
    assert.match(out, /► Use /)
    assert.notMatch(out, /it costs euro 0\.00|use euro/)
    const other = await ebb("plan way --set prices.currency=euro --cost error=1EUR", narrow)
    assert.match(other.err, /--cost is in EUR, the spec's prices are in euro; use euro/)
  })

  it("waits no longer than until a later force of the spec", async () => {
    const forced = films.replace("{ at: 10m }", "{ at: 10m }, { at: 603s, mode: force }")
    writeFileSync(join(cwd, "ebb.yaml"), forced)
    const way = "plan way --set app.termination_grace_period=1m --set traffic.0.service=30s"
    const { out } = await ebb(way, narrow)
    assert.match(
      out.replaceAll(/\n {2}/g, " "),
      /force that the spec has 3 s after it|the 3 s until the force of the spec/
    )
    assert.notMatch(out, /whole 1 min|gains nothing|\n[ ►] +(5 s|1 min) /)
    const atOnce = await ebb(`${way} --set rollouts.1.at=10m`, narrow)
    assert.match(
      atOnce.out.replaceAll(/\n {2}/g, " "),
      /· There is no waiting to try: the spec has a force 0 s after its rollout, which kills at once what is in flight\./
    )
  })

  it("weighs the damage where it is told what that is worth", async () => {
    const { out } = await ebb("plan way --cost error=1USD --cost degraded=5USD/m --json")
    const { advice, escalation, modes } = JSON.parse(out).way
    assert.strictEqual(escalation.because, "cost")
    assert.deepStrictEqual(
      escalation.curve.map(({ seconds }: { readonly seconds: number }) => seconds),
      [0, 1, 2, 5]
    )
    assert.isAbove(escalation.curve[0].cost.mean, 0)
    assert.deepStrictEqual([modes.length, typeof advice.mode], [4, "string"])
  })

  it("puts first what never finishes", async () => {
    const { out } = await ebb("plan way --set scaling.max_concurrency=4 --set capacity.GPU-H100=4", narrow)
    assert.match(out, /^! A replace rollout never finishes: it needs 1 more GPU-H100 for the first\n/)
    const { never } = JSON.parse((await ebb("plan grace --set capacity.GPU-H100=4 --json")).out)
    assert.deepStrictEqual(never.missing, { "GPU-H100": 1 })
  })
})
