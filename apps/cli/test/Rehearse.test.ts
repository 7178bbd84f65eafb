import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Spec from "@ebb/sim/spec/Spec"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import type { Surroundings } from "./FakeIo.ts"
import { run, wordsOf } from "./RunEbb.ts"

let cwd = ""
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ebb-rehearse-"))
})
afterEach(() => rmSync(cwd, { recursive: true }))

const ebb = (line: string, surroundings: Surroundings = {}) => run(wordsOf(line), { cwd, ...surroundings })

const spec = `app: { machine_type: GPU-H100, termination_grace_period: 30s }
scaling: { min_concurrency: 3, max_concurrency: 6 }
traffic:
  - { kind: { mixed: { queued: 0.5 } }, arrivals: { poisson: 1/s }, service: { exponential: { mean: 2s } } }
rollouts: [ { at: 4m } ]
run: { for: 10m, warmup: 2m, window: 3m, seeds: 3 }
`
const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text)
const files = (): ReadonlyArray<string> => readdirSync(cwd).sort()

describe("ebb rehearse", () => {
  it("opens with what to do and four numbers a mode, and ends in what to type next", async () => {
    write("ebb.yaml", spec)
    const { code, err, out } = await ebb("rehearse")
    assert.strictEqual(code, 0)
    assert.strictEqual(err, "Found ebb.yaml here.\n")
    const lines = out.split("\n")
    assert.match(
      lines[0]!,
      /^ebb\.yaml · 10 min of traffic, rollout at 4 min · 4 modes × 3 seeds · [\d,]+ requests in /
    )
    assert.match(lines[2]!, /^► Use replace: nothing fails, /)
    assert.deepStrictEqual(lines[3]!.trim().split(/ {2,}/), ["failed", "p99 during", "below capacity", "cost"])
    assert.deepStrictEqual(
      lines.slice(4, 8).map((line) => line.slice(2).split(" ")[0]),
      ["none", "graceful", "replace", "force"]
    )
    assert.match(out, /\n· Force fails [\d.]+ requests?( on average)?\.\n/)
    assert.match(
      out,
      /\n {2}Run: {2}ebb apps rollout app --order replace_first {3}\(in a sandbox with this app: ebb up ebb\.yaml\)\n/
    )
    assert.match(out, /\n {2}Gate: --assert "replace\.inFlight\.errored == 0"\n/)
    assert.notInclude(out, "latency p99, during")
    assert.deepStrictEqual(files(), ["ebb.yaml"])
  })

  it("shows every measure with --details, why it advises what it does, and how to do it again", async () => {
    write("ebb.yaml", spec)
    const { out } = await ebb("rehearse --details")
    const lines = out.split("\n")
    assert.isTrue(lines.some((line) => /^ +none +graceful +replace +force$/.test(line)))
    for (const label of ["in flight at the rollout", "errors in all", "latency p99, during", "recovered after"]) {
      assert.isTrue(
        lines.some((line) => line.startsWith(label)),
        label
      )
    }
    assert.match(out, /\n\nReplacing first counts what is in flight on a runner when that runner is stopped/)
    assert.match(out, /\nslots ready +graceful +\S+ +0 to \d+ ready\n/)
    assert.match(out, /\n\nAdvice: replace\. /)
    assert.match(out, /\nAgain: ebb rehearse ebb\.yaml --seed 1\n$/)
  })

  it.each([60, 80, 100, 120])("stays within a terminal of %d columns", async (columns) => {
    const { err, out } = await ebb("rehearse --preset media --seeds 2 --details", {
      terminal: true,
      columns,
      env: { NO_COLOR: "1" }
    })
    for (const line of out.split("\n")) {
      if (!line.startsWith("Again: ")) assert.isAtMost([...line].length, columns, line)
    }
    assert.notMatch(err, /undefined|NaN/)
  })

  it("speaks ASCII where the terminal does, and uses no colour when told so", async () => {
    const { out } = await ebb("rehearse --preset llm --seeds 2 --details", {
      terminal: true,
      env: { LANG: "C", NO_COLOR: "1" }
    })
    assert.match(out, /^[\n -~]+$/)
    assert.include(out, "errors        force     ")
  })

  it("prints the report as JSON and nothing else, the same that --out writes", async () => {
    write("a.yaml", spec)
    const { code, out } = await ebb("rehearse a.yaml --mode graceful --mode force --mode force --json --out r.json")
    const report = JSON.parse(out)
    assert.strictEqual(code, 0)
    assert.strictEqual(Object.keys(report).join(), "version,spec,seeds,moment,modes,differences,advice")
    assert.deepStrictEqual([report.version, report.seeds, report.modes.length], [1, 3, 2])
    assert.deepStrictEqual(JSON.parse(readFileSync(join(cwd, "r.json"), "utf8")), report)
  })

  it("takes --set, and the short options over it", async () => {
    write("a.yaml", spec)
    const line = "rehearse a.yaml --set app.name=other --set run.seeds=9 --seeds 1 --seed 7 --for 6m --mode none --json"
    const { spec: used } = JSON.parse((await ebb(line)).out)
    assert.strictEqual(used.app.name, "other")
    assert.deepStrictEqual(used.run, { for: "6m", warmup: "2m", window: "3m", seeds: 1, seed: 7, modes: ["none"] })
  })

  it("leaves out what there is not without a rollout, and counts from the warm-up on", async () => {
    write("a.yaml", spec.replace("[ { at: 4m } ]", "[]"))
    const { out } = await ebb("rehearse a.yaml --mode none --details")
    assert.notMatch(out, /in flight at the rollout|recovered|Advice|before/)
    assert.match(out, /^a\.yaml · 10 min of traffic, no rollout · 1 mode × 3 seeds/)
    assert.match(out, /\nslots ready, lowest +[1-9]/)
    assert.match(out, /\n  cost +\$(?!0\.00)\d+\.\d\d/)
  })

  it("checks every --assert and fails when one does not hold", async () => {
    write("a.yaml", spec)
    const checks = ["graceful.inFlight.errored == 0", "graceful.requests.completed < 1"]
    const { code, out } = await ebb(`rehearse a.yaml ${checks.map((check) => `--assert '${check}'`).join(" ")}`)
    assert.strictEqual(code, 1)
    assert.match(out, /\n✓ graceful\.inFlight\.errored == 0: mean 0, 3 seeds\n/)
    assert.match(out, /\n✘ graceful\.requests\.completed < 1: mean \d+\.?\d* \([\d.]+ to [\d.]+\), 3 seeds\n$/)
    assert.strictEqual((await ebb(`rehearse a.yaml --assert '${checks[0]}'`)).code, 0)
  })

  it("lets no check pass on a rollout that met no request", async () => {
    write("a.yaml", spec.replace("poisson: 1/s", "poisson: 20/h"))
    const { code, out } = await ebb("rehearse a.yaml --markdown a.md --assert 'graceful.inFlight.errored == 0'")
    assert.strictEqual(code, 1)
    assert.notMatch(out, /►|Run:/)
    const markdown = readFileSync(join(cwd, "a.md"), "utf8")
    assert.match(markdown, /\nNo request was in flight at the rollout in any run, /)
    assert.match(markdown, /\nNothing is advised: no rollout met a request\.\n/)
    assert.match(out, /\n! No request was in flight at the rollout in any run, so nothing is known/)
    assert.match(out, /\n✘ graceful\.inFlight\.errored == 0: no request was in flight at the rollout in any run, so /)
  })

  it("compares nothing where the spec fixes how it rolls out", async () => {
    write("a.yaml", spec)
    const { out } = await ebb("rehearse a.yaml --set rollouts.0.mode=force --markdown a.md")
    assert.match(out, /\n! The spec fixes the mode of its rollout \(force at /)
    assert.notMatch(out, /►|Run:|does as well/)
    assert.match(readFileSync(join(cwd, "a.md"), "utf8"), /\nNothing is advised: the spec fixes how it rolls out\.\n/)
  })

  it("says how many seeds a wanted precision took", async () => {
    write("a.yaml", spec)
    const { out } = await ebb("rehearse a.yaml --mode graceful --seeds 2 --precision 10%")
    assert.isAbove(Number(/1 mode × (\d+) seeds/.exec(out)?.[1]), 2)
    assert.notInclude(out, "too few for a precision")
  })

  it("says first that no number of seeds was enough for a wanted precision, and in the report", async () => {
    write("a.yaml", spec.replace("poisson: 1/s", "poisson: 6/m"))
    const { out } = await ebb("rehearse a.yaml --mode graceful --for 8m --precision 0.001% --out r.json")
    assert.match(out, /1 mode × 1,000 seeds, too few for a precision of 0\.001 %/)
    const { precision } = JSON.parse(readFileSync(join(cwd, "r.json"), "utf8"))
    assert.deepStrictEqual(precision, { wanted: 0.00001, isReached: false })
  })
})

describe("what cannot be rehearsed is refused in one line with exit code 2, and nothing is written", () => {
  const refused = async (line: string): Promise<string> => {
    const before = files()
    const { code, err, out } = await ebb(line)
    assert.deepStrictEqual([code, out], [2, ""], line)
    assert.deepStrictEqual(files(), before)
    assert.match(err, /^✘ [^\n]*\n$/)
    return err.slice(2, -1)
  }

  it("a spec that is none", async () => {
    mkdirSync(join(cwd, "folder"))
    write("typo.yaml", "app:\n  nmae: x\n")
    write("twice.yaml", "app: {}\nrun: {}\napp: {}\n")
    write("binary.yaml", "\u0000\u0001\u001b[31m\u0007ELF")
    write("nan.yaml", "scaling: { min_concurrency: .nan }\n")
    write("long.yaml", "run: { for: 99999999999999999999h }\n")
    write("many.yaml", "scaling: { min_concurrency: 1000000000, max_concurrency: 1000000000 }\n")
    write("fast.yaml", "traffic: [ { kind: direct, arrivals: { poisson: 9999999999/s } } ]\n")
    assert.strictEqual(await refused("rehearse none.yaml --out r.json"), "none.yaml: no such file or directory")
    assert.strictEqual(await refused("rehearse folder"), "folder: it is a directory")
    assert.strictEqual(
      await refused("rehearse typo.yaml --html r.html"),
      "typo.yaml:2: app.nmae: is not known here; did you mean name?"
    )
    assert.strictEqual(await refused("rehearse twice.yaml"), "twice.yaml:3: app: is given twice; keep one of the two")
    assert.match(await refused("rehearse binary.yaml"), /^binary\.yaml:1: [ -~]*$/)
    assert.strictEqual(
      await refused("rehearse nan.yaml"),
      "nan.yaml:1: scaling.min_concurrency: must be a whole number from 0 to 100000, got NaN"
    )
    assert.match(await refused("rehearse long.yaml"), /^long\.yaml:1: run\.for: must be at most 1000000h, got 9+h$/)
    assert.match(
      await refused("rehearse many.yaml"),
      /^many\.yaml:1: scaling\.m(in|ax)_concurrency: must be a whole number/
    )
    assert.match(
      await refused("rehearse fast.yaml"),
      /^fast\.yaml:1: traffic\[0\]\.arrivals\.poisson: must be at most 1000000\/s, got 9+\/s$/
    )
  })

  it("an override that does not fit", async () => {
    assert.match(await refused("rehearse --preset llm --for 10m"), /^--for 10m: rollouts\[0\]\.at: must lie from /)
    assert.match(await refused("rehearse --preset llm --set foo.bar=1"), /^--set foo\.bar=1: foo: is not known here/)
    assert.match(await refused("rehearse --preset llm --seed -1"), /^--seed -1: run\.seed: must be a whole number/)
    assert.match(await refused("rehearse --preset llm --assert 'graceful.nope == 0'"), /there is no nope in graceful/)
    assert.match(await refused("rehearse --preset llm --mode none --assert 'force.x == 0'"), /must begin with one of/)
    assert.match(
      await refused("rehearse --preset llm --assert 'gracefull.inFlight.errored == 0'"),
      /must begin with one of the modes none, graceful, replace, force; did you mean graceful\?/
    )
    assert.match(await refused("rehearse --preset llm --journal j.jsonl"), /^--journal needs exactly one mode/)
  })

  it("a file that an override names: the right file, its line and column, whatever the spec's own file is like", async () => {
    const traced = (file: string) =>
      `traffic: [ { kind: direct, arrivals: { trace: { file: ${file}, timestamp: T } }, service: { column: n } } ]
run: { for: 10m, seeds: 1, modes: [none] }
`
    write("gone.yaml", traced("gone.csv"))
    write("fine.yaml", traced("fine.csv"))
    write("fine.csv", "T,n\n0,5\n1,5\n")
    write("word.csv", "T,n\n0,5\n1,5\n2,many\n")
    write("other.csv", "Time,n\n0,5\n")
    const file = (name: string) => `--set traffic[0].arrivals.trace.file=${name}`
    for (const name of ["gone.yaml", "fine.yaml"]) {
      assert.strictEqual(
        await refused(`rehearse ${name} ${file("word.csv")}`),
        'word.csv:4: n must be a number from 0 on, got "many"'
      )
      assert.strictEqual(
        await refused(`rehearse ${name} ${file("other.csv")}`),
        "other.csv:1: has no column T; it has Time, n"
      )
      assert.strictEqual(
        await refused(`rehearse ${name} --seeds 2 ${file("none.csv")}`),
        "--set traffic[0].arrivals.trace.file=none.csv: traffic[0].arrivals.trace.file: none.csv cannot be read: " +
          "no such file or directory"
      )
      assert.strictEqual(
        await refused(`rehearse ${name} ${file("fine.csv")} --set traffic.0.arrivals.trace.timestamp=t`),
        "fine.csv:1: has no column t; did you mean T?"
      )
    }
    assert.strictEqual(
      await refused("rehearse gone.yaml --seeds 2"),
      "gone.yaml:1: traffic[0].arrivals.trace.file: gone.csv cannot be read: no such file or directory"
    )
    assert.strictEqual((await ebb(`rehearse gone.yaml ${file("fine.csv")} --json`)).code, 0)
  })

  it("a target that cannot be written, before anything is", async () => {
    mkdirSync(join(cwd, "folder"))
    write("file", "")
    write("a.yaml", spec)
    const line = "rehearse a.yaml --seeds 1 --mode force --out r.json"
    assert.strictEqual(await refused(`${line} --html folder`), "--html folder cannot be written: it is a directory")
    assert.strictEqual(
      await refused(`${line} --journal file/j.jsonl`),
      "--journal file/j.jsonl cannot be written: a part of the path is not a directory"
    )
    assert.strictEqual(
      await refused(`${line} --play r.json`),
      "--play r.json would write over the file of --out; name another file"
    )
    assert.strictEqual(await refused("rehearse a.yaml --out ''"), "--out '' names no file")
    assert.strictEqual(
      await refused("rehearse a.yaml --out a.yaml"),
      "--out a.yaml would write over the spec; name another file"
    )
    if (process.getuid?.() === 0) return
    chmodSync(join(cwd, "folder"), 0o500)
    assert.match(await refused(`${line} --play folder/p.html`), /cannot be written: permission denied$/)
  })
})

describe("what a rehearsal reads is not written over", () => {
  it("whichever way it is reached", async () => {
    const traced = spec.replace("{ poisson: 1/s }", "{ trace: { file: requests.csv, timestamp: at } }")
    write("ebb.yaml", traced)
    write("requests.csv", "at\n100\n200\n")
    symlinkSync("ebb.yaml", join(cwd, "link.yaml"))
    symlinkSync(".", join(cwd, "here"))
    symlinkSync("new.json", join(cwd, "new.html"))
    const before = files()
    for (const [line, over] of [
      ["--out requests.csv", "what ebb.yaml reads"],
      ["--markdown link.yaml", "the spec"],
      ["--html here/ebb.yaml", "the spec"],
      ["--out here/new.json --play new.html", "the file of --out"]
    ] as const) {
      const { code, err } = await ebb(`rehearse ebb.yaml ${line}`)
      assert.strictEqual(err, `✘ ${line.slice(line.lastIndexOf("--"))} would write over ${over}; name another file\n`)
      assert.strictEqual(code, 2)
    }
    assert.deepStrictEqual(files(), before)
    assert.strictEqual(readFileSync(join(cwd, "ebb.yaml"), "utf8"), traced)
  })
})

describe("a rollout that can never finish", () => {
  const line = "rehearse --preset frozen --set run.for=25m --set run.window=2m --seeds 1"

  it("is said on stderr, with what is missing", async () => {
    const { code, err } = await ebb(`${line} --mode replace`)
    assert.strictEqual(code, 0)
    assert.match(err, /^A replace rollout never finishes: it needs 1 more GPU-A100 for the first replacement/)
  })

  it("is not, where the modes asked for finish", async () => {
    assert.strictEqual((await ebb(`${line} --mode force`)).err, "")
  })
})

describe("ebb replay", () => {
  it("reproduces a journal, and says so", async () => {
    const line = "rehearse --preset frozen --set run.for=25m --set run.window=2m --seeds 1 --seed 5 --mode force"
    assert.strictEqual((await ebb(`${line} --journal j.jsonl`)).code, 0)
    const { code, out } = await ebb("replay j.jsonl")
    const [, hash] =
      /^Reproduced \(virtual, force, seed 5\): [\d,]+ inputs, [\d,]+ requests, hash ([0-9a-f]{32})\n$/.exec(out)!
    assert.strictEqual(code, 0)
    const found = JSON.parse((await ebb("replay j.jsonl --json")).out)
    assert.deepStrictEqual([found.reproduced, found.hash, found.seed], [true, hash, 5])
  })

  it("rejects a journal with one byte changed, by its line", async () => {
    const line = "rehearse --preset llm --set run.for=90s --set run.warmup=0s --seeds 1 --mode graceful"
    await ebb(`${line} --set rollouts[0].at=60s --journal j.jsonl`)
    const text = readFileSync(join(cwd, "j.jsonl"), "utf8")
    for (let n = 0; n < 60; n++) {
      const at = Math.floor((n * (text.length - 1)) / 59)
      const other = text[at] === "7" ? "3" : "7"
      write("k.jsonl", text.slice(0, at) + other + text.slice(at + 1))
      const { code, err, out } = await ebb("replay k.jsonl")
      const lineNumber = text.slice(0, at).split("\n").length
      assert.deepStrictEqual([code, out], [1, ""], `byte ${at}`)
      const isLineEnd = text[at] === "\n"
      if (isLineEnd) assert.match(err, /^✘ k\.jsonl is rejected: line \d+: /)
      else assert.match(err, new RegExp(`^✘ k\\.jsonl is rejected: line ${lineNumber}: `), `byte ${at}`)
    }
  })

  it("rejects what is no journal", async () => {
    write("a.yaml", spec)
    write("empty", "")
    assert.match((await ebb("replay a.yaml")).err, /^✘ a\.yaml is rejected: line 1: is not the header of a journal\n$/)
    assert.match((await ebb("replay empty")).err, /^✘ empty is rejected: line 1: /)
    assert.strictEqual((await ebb("replay none")).code, 2)
  })
})

describe("ebb init", () => {
  it("writes a spec that rehearses, and the schema that its first line points an editor at", async () => {
    assert.strictEqual((await ebb("init")).code, 0)
    assert.deepStrictEqual(files(), ["ebb.schema.json", "ebb.yaml"])
    const text = readFileSync(join(cwd, "ebb.yaml"), "utf8")
    assert.strictEqual(text.split("\n")[0], "# yaml-language-server: $schema=./ebb.schema.json")
    assert.deepStrictEqual(JSON.parse(readFileSync(join(cwd, "ebb.schema.json"), "utf8")).type, "object")
    assert.strictEqual((await ebb("rehearse --seeds 1 --mode none")).code, 0)
  })

  it("overwrites nothing without --yes", async () => {
    write("ebb.yaml", "mine")
    const { code, err } = await ebb("init --preset frozen")
    assert.deepStrictEqual([code, err], [1, "✘ ebb.yaml exists already. Overwrite with --yes\n"])
    assert.strictEqual(readFileSync(join(cwd, "ebb.yaml"), "utf8"), "mine")
    assert.isFalse(existsSync(join(cwd, "ebb.schema.json")))
    assert.strictEqual((await ebb("init --preset frozen --yes")).code, 0)
    assert.include(readFileSync(join(cwd, "ebb.yaml"), "utf8"), "\n  name: frozen\n")
    assert.strictEqual((await ebb("init")).err, "✘ ebb.yaml and ebb.schema.json exist already. Overwrite with --yes\n")
  })

  it.each(["llm", "media", "slow-start", "frozen"])(
    "writes the preset %s, valid by the schema's own decoder",
    async (name) => {
      assert.strictEqual((await ebb(`init there --preset ${name}`)).code, 0)
      const text = readFileSync(join(cwd, "there/ebb.yaml"), "utf8")
      assert.strictEqual(Spec.parse(text, { file: name, readFile: () => "" })._tag, "Success")
    }
  )
})
