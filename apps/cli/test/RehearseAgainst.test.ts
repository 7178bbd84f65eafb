import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import type { Surroundings } from "./FakeIo.ts"
import { run, wordsOf } from "./RunEbb.ts"

let cwd = ""
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ebb-against-"))
})
afterEach(() => rmSync(cwd, { recursive: true }))

const ebb = (line: string, surroundings: Surroundings = {}) => run(wordsOf(line), { cwd, ...surroundings })

const spec = (grace: string, service = "{ exponential: { mean: 20s } }") => `
app: { name: films, machine_type: GPU-H100, termination_grace_period: ${grace} }
scaling: { min_concurrency: 12, max_concurrency: 20 }
traffic:
  - { kind: { mixed: { queued: 0.5 } }, arrivals: { poisson: 20/m }, service: ${service} }
rollouts: [ { at: 4m } ]
run: { for: 10m, warmup: 2m, window: 3m, seeds: 8, modes: [none, graceful] }
`
const write = (name: string, text: string): void => writeFileSync(join(cwd, name), text)

const git = (...args: ReadonlyArray<string>): void => {
  const identity = ["-c", "user.name=ebb", "-c", "user.email=ebb@example.com"]
  execFileSync("git", ["-C", cwd, ...identity, ...args], { stdio: "ignore" })
}

describe("ebb rehearse --against", () => {
  it("says first that no rollout met a request, and calls no such difference better", async () => {
    const quiet = (grace: string) => spec(grace).replace("20/m", "1/h")
    write("short.yaml", quiet("5s"))
    write("long.yaml", quiet("10s"))
    const { out } = await ebb("rehearse short.yaml --against long.yaml")
    assert.include(out, "No request was in flight at the rollout in any run")
    await ebb("rehearse short.yaml --against long.yaml --markdown comment.md")
    const markdown = readFileSync(join(cwd, "comment.md"), "utf8")
    assert.match(markdown, /^### Rollout of short\.yaml: unclear/)
    assert.include(
      markdown.slice(0, markdown.indexOf("<details>")),
      "No request was in flight at the rollout in any run"
    )
  })
  it("takes no two currencies", async () => {
    write("short.yaml", spec("5s"))
    write("long.yaml", `${spec("60s")}\nprices: { currency: EUR }\n`)
    const { code, err } = await ebb("rehearse short.yaml --against long.yaml")
    assert.deepStrictEqual(code, 2)
    assert.include(err, "long.yaml has its prices in EUR, and short.yaml in USD; give both the same prices.currency")
  })
  it("says what differs first, then in what, and exits by its checks alone", async () => {
    write("short.yaml", spec("5s"))
    write("long.yaml", spec("2m"))
    const { code, out } = await ebb("rehearse short.yaml --against long.yaml --assert 'none.requests.errored == 0'")
    assert.strictEqual(code, 0)
    const lines = out.split("\n")
    assert.match(lines[2]!, /^Worse than long\.yaml: with graceful, \S+ ± \S+ more errors and /)
    assert.match(out, /\n +here +there +difference\nnone +identical\ngraceful\n {2}errors in all +/)
    assert.match(out, /\n {2}of those: retried +\S+ ± \S+ +0 +\+\S+ ± \S+\n/)
    assert.match(out, /\nAgain: ebb rehearse short\.yaml --seed 1 --assert \S.* --against long\.yaml\b/)
    for (const line of lines) if (!line.startsWith("Again: ")) assert.isAtMost([...line].length, 100, line)
  })

  it("writes the same to JSON, page and Markdown, checks included", async () => {
    write("short.yaml", spec("5s"))
    write("long.yaml", spec("2m"))
    const files = "--out r.json --html r.html --markdown r.md"
    const check = "graceful.inFlight.errored == 0"
    const { code, out } = await ebb(`rehearse short.yaml --against long.yaml ${files} --json --assert '${check}'`)
    assert.strictEqual(code, 1)
    const report = JSON.parse(out)
    assert.strictEqual(
      Object.keys(report).join(),
      "version,spec,seeds,moment,modes,differences,advice,against,assertions"
    )
    assert.deepStrictEqual(JSON.parse(readFileSync(join(cwd, "r.json"), "utf8")), report)
    assert.include(readFileSync(join(cwd, "r.html"), "utf8"), '"against":{"other":"long.yaml"')
    const markdown = readFileSync(join(cwd, "r.md"), "utf8").split("\n")
    assert.strictEqual(markdown[0], "### Rollout of short.yaml: worse, 1 check fails")
    assert.match(markdown[2]!, /^Worse than long\.yaml: with graceful, \S+ ± \S+ more errors and /)
    assert.strictEqual(markdown[4], "|  | here | there | difference |")
    assert.match(markdown.join("\n"), /\n- ❌ `.*graceful\.inFlight\.errored == 0.*mean/)
    assert.isAbove(
      markdown.indexOf("<details>"),
      markdown.findIndex((line) => line.startsWith("- ❌"))
    )
  })

  it("reads the other side from git, with the files that it names", async () => {
    git("init", "-q", "-b", "main")
    mkdirSync(join(cwd, "app"))
    const traced = spec("30s", "{ empirical: { file: ../times.csv, column: t } }")
    write("app/ebb.yaml", traced)
    write("times.csv", "t\n5\n6\n7\n")
    git("add", "-A")
    git("commit", "-qm", "one")
    write("times.csv", "t\n25\n26\n27\n")
    const { code, err, out } = await ebb("rehearse app/ebb.yaml --against-ref main --json")
    assert.deepStrictEqual([code, err], [0, ""])
    const { against } = JSON.parse(out)
    assert.strictEqual(against.other, "app/ebb.yaml at main")
    const p50 = against.modes[0].measures.find((one: { measure: string }) => one.measure === "latencyMs.during.p50")
    assert.isBelow(p50.there.mean, 8000)
    assert.isAbove(p50.here.mean, 24_000)
  })

  it("shows Markdown nothing that it would read as its own", async () => {
    write("a|b <img> `c`.yaml", spec("5s"))
    write("long.yaml", spec("2m"))
    await ebb("rehearse long.yaml --against 'a|b <img> `c`.yaml' --markdown r.md --seeds 6")
    const [, , verdict = ""] = readFileSync(join(cwd, "r.md"), "utf8").split("\n")
    assert.match(verdict, /^Better than a&#124;b &lt;img> &#96;c&#96;\.yaml: /)
  })
})

describe("what cannot be compared is refused in one line with exit code 2, and nothing is written", () => {
  const refused = async (line: string): Promise<string> => {
    const before = readdirSync(cwd)
    const { code, err, out } = await ebb(line)
    assert.deepStrictEqual([code, out], [2, ""], line)
    assert.deepStrictEqual(readdirSync(cwd), before)
    assert.match(err, /^✘ [^\n]*\n$/)
    return err.slice(2, -1)
  }

  it("another file", async () => {
    write("a.yaml", spec("5s"))
    write("other.yaml", spec("5s").replace("films", "songs"))
    write("typo.yaml", spec("5s").replace("films", "[films]"))
    write("late.yaml", spec("5s").replace("at: 4m", "at: 40m"))
    assert.strictEqual(await refused("rehearse a.yaml --against b.yaml"), "b.yaml: no such file or directory")
    assert.match(await refused("rehearse a.yaml --against typo.yaml --html r.html"), /^typo\.yaml:2: app\.name: /)
    assert.strictEqual(
      await refused("rehearse a.yaml --against other.yaml"),
      "other.yaml is a spec of the app songs, and a.yaml one of films; hold two specs of one app against each other"
    )
    assert.match(await refused("rehearse a.yaml --against late.yaml"), /^late\.yaml:\d+: rollouts\[0\]\.at: /)
    assert.strictEqual(
      await refused("rehearse a.yaml --against other.yaml --live"),
      "--against is for virtual time; leave it out with --live"
    )
    assert.strictEqual(
      await refused("rehearse a.yaml --against a.yaml --markdown a.yaml"),
      "--markdown a.yaml would write over the spec; name another file"
    )
  })

  it("a ref", async () => {
    write("a.yaml", spec("5s"))
    assert.match(await refused("rehearse a.yaml --against-ref main"), /^--against-ref main: not a git repository/)
    git("init", "-q", "-b", "main")
    git("commit", "-qm", "empty", "--allow-empty")
    const gone = "there is no such branch, tag or commit here; fetch it first, or see: git branch --all"
    assert.strictEqual(await refused("rehearse a.yaml --against-ref gone"), `--against-ref gone: ${gone}`)
    assert.strictEqual(await refused("rehearse a.yaml --against-ref=--help"), `--against-ref --help: ${gone}`)
    assert.strictEqual(
      await refused("rehearse a.yaml --against-ref main"),
      "--against-ref main: a.yaml is not there at main"
    )
    assert.strictEqual(
      await refused("rehearse --preset llm --against-ref main"),
      "--against-ref main: preset llm is no file; name a spec that git has"
    )
  })
})
