import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { run, wordsOf } from "./RunEbb.ts"

const folder = mkdtempSync(join(tmpdir(), "ebb-calibrate-"))
afterAll(() => rmSync(folder, { recursive: true }))

const ebb = (line: string) => run(wordsOf(line), { cwd: folder })

/** One request a second of two seconds each. */
const rows = Array.from({ length: 400 }, (_, at) => `${1_795_881_600 + at},2.0,200,r${at % 4}`)
writeFileSync(join(folder, "log.csv"), ["arrival,service_s,status,runner", ...rows].join("\n"))
writeFileSync(
  join(folder, "ebb.yaml"),
  "scaling: { min_concurrency: 4, max_concurrency: 4 }\nrunner: { setup: { empirical: { file: times.csv, column: t } } }\ntraffic: [{ kind: direct, arrivals: { poisson: 1/s }, service: 9s }]\n"
)

writeFileSync(join(folder, "times.csv"), "t\n8\n")

describe("ebb calibrate", () => {
  it("prints what was seen beside what was predicted", async () => {
    const { code, err, out } = await ebb(
      'calibrate ebb.yaml --seen log:log.csv --seeds 2 --assert "serviceMs.p50.error <= 0"'.replaceAll('"', "'")
    )
    assert.strictEqual(code, 0, err)
    assert.match(
      out,
      /^\d+ of \d+ measures lie where the spec predicts them\.\nFitted on 200 requests before 2026-11-28T/
    )
    assert.match(out, /serviceMs\.p50 +\S +2\.0 s \S +2\.0 s \S +2\.0 s to 2\.0 s \S +0\.0 % \S +200 \S inside/)
    assert.include(out, "Not checked\n  queueWaitMs: the source does not say when work began\n")
    assert.strictEqual(err, "✓ serviceMs.p50.error <= 0: it is 0\n")
  })

  it("writes sentences no wider than the terminal", async () => {
    const line = "calibrate ebb.yaml --seen log:log.csv --seeds 2"
    const { out } = await run(wordsOf(line), { cwd: folder, env: { COLUMNS: "60" } })
    assert.isAtLeast(
      out.split("\n").findIndex((each) => each.startsWith("Not checked")),
      0
    )
    const prose = out.split("\n").filter((each) => !/^[┏┃┡│└]/u.test(each))
    assert.isAtMost(Math.max(...prose.map((each) => each.length)), 60)
  })

  it("writes the same as a page that needs no network", async () => {
    const { code, err } = await ebb("calibrate ebb.yaml --seen log:log.csv --seeds 2 --html page.html")
    assert.deepStrictEqual([code, err], [0, "Page written to page.html\n"])
    const page = readFileSync(join(folder, "page.html"), "utf8")
    assert.include(page, '<th scope="row">serviceMs.p50</th><td>2.0 s</td>')
    assert.include(page, "<li>queueWaitMs: the source does not say when work began</li>")
    assert.notMatch(page, /https?:|<script/)
  })

  it("gives the same as JSON, and exit code 1 where an assertion does not hold", async () => {
    const { code, out } = await ebb(
      "calibrate ebb.yaml --seen log:log.csv --seeds 2 --json --assert 'concurrency.mean.seen > 5'"
    )
    assert.strictEqual(code, 1)
    const { measures, split } = JSON.parse(out)
    assert.deepInclude(split, { fitted: 200, checked: 200 })
    const concurrency = measures.find(({ measure }: { readonly measure: string }) => measure === "concurrency.mean")
    assert.closeTo(concurrency.seen, 2, 0.1)
    assert.strictEqual(concurrency.n, 500)
  })

  it.each([
    ["log.csv", "what --seen reads"],
    ["link.csv", "what --seen reads"],
    ["ebb.yaml", "the spec"],
    ["times.csv", "what ebb.yaml reads"]
  ])("writes no page over what it reads: %s", async (page, over) => {
    if (page === "link.csv") symlinkSync("log.csv", join(folder, page))
    const before = readFileSync(join(folder, page), "utf8")
    const { code, err } = await ebb(`calibrate ebb.yaml --seen log:log.csv --seeds 2 --html ${page}`)
    assert.deepStrictEqual([code, err], [2, `✘ --html ${page} would write over ${over}; name another file\n`])
    assert.strictEqual(readFileSync(join(folder, page), "utf8"), before)
  })

  it.each([
    ["calibrate ebb.yaml", /arguments are required: --seen/],
    ["calibrate ebb.yaml --seen log:none.csv", /^✘ none\.csv: cannot be read: there is no such file\n$/],
    ["calibrate ebb.yaml --seen log:log.csv --split 0", /must be a share like 50% or 0\.5, got '0'/],
    [
      "calibrate ebb.yaml --seen log:log.csv --split 99%",
      /log:log\.csv has 396 requests to fit and 4 to check; at least 20 of each are needed/
    ],
    ["calibrate ebb.yaml --seen log:log.csv --assert 'serviceMs.p50 < 3'", /must end in one of error/]
  ])("refuses what cannot be: %s", async (line, problem) => {
    const { code, err } = await ebb(line)
    assert.strictEqual(code, 2)
    assert.match(err, problem)
  })
})
