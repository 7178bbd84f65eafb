import {
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
import { afterAll, assert, describe, it } from "vitest"
import { run, wordsOf } from "./RunEbb.ts"

const folder = mkdtempSync(join(tmpdir(), "ebb-init-"))
afterAll(() => rmSync(folder, { recursive: true }))

const ebb = (line: string) => run(wordsOf(line), { cwd: folder })

const fromS = Date.UTC(2026, 10, 28, 17) / 1000
const access = Array.from(
  { length: 60 },
  (_, at) =>
    `10.0.0.7 - - [28/Nov/2026:17:00:${String(at).padStart(2, "0")} +0000] "POST / HTTP/1.1" ${at % 20 === 0 ? 502 : 200} 5 "-" "curl" 1.${100 + at} 1.${100 + at} 10.1.0.${1 + (at % 2)}:80 ${fromS + at}.${123 + at}`
).join("\n")
writeFileSync(join(folder, "access.log"), access)

describe("ebb init --from", () => {
  it("learns a spec from an access log, which can be rehearsed at once", async () => {
    const { code, err, out } = await ebb("init learnt --from log:access.log")
    assert.deepStrictEqual([code, err], [0, ""])
    assert.include(out, "app.max_multiplexing: 1 (measured; most requests at a time on one of 2 runners)")
    assert.include(out, "3 of 60 requests failed (5.00 %)")
    assert.include(out, "Missing, and how to get it\n  runner.setup: ")
    assert.include(out, "Try it: ebb rehearse learnt/ebb.yaml")
    assert.deepStrictEqual(readdirSync(join(folder, "learnt")).sort(), ["ebb.schema.json", "ebb.yaml", "requests.csv"])
    assert.include(
      readFileSync(join(folder, "learnt/ebb.yaml"), "utf8"),
      "max_multiplexing: 1 # measured, log:access.log, n = 2"
    )
    const rehearsed = await ebb("rehearse learnt/ebb.yaml --seeds 2")
    assert.strictEqual(rehearsed.code, 0)
  })

  it("writes no line wider than the terminal", async () => {
    const { out } = await run(wordsOf("init narrow --from log:access.log"), { cwd: folder, env: { COLUMNS: "60" } })
    const said = out.split("\n").filter((line) => !line.startsWith("Wrote "))
    assert.isAtMost(Math.max(...said.map((line) => line.length)), 60)
  })

  it("reads back what it wrote, and recommends no spec that is refused", async () => {
    // A line end in the name of a file ends the comment that names it.
    writeFileSync(join(folder, "a\nb: 1.yaml"), "kind: Deployment\nspec: { replicas: 1 }\n")
    const { code, err, out } = await run(["init", "refused", "--from", "kubernetes:a\nb: 1.yaml"], { cwd: folder })
    assert.strictEqual(code, 1)
    assert.notInclude(out, "Try it")
    assert.match(err, /^✘ refused\/ebb\.yaml:3: .*; mend it, then: ebb rehearse refused\/ebb\.yaml\n$/u)
  })

  it("says the same as JSON", async () => {
    const { code, out } = await ebb("init json --from log:access.log --json")
    assert.strictEqual(code, 0)
    const said = JSON.parse(out)
    assert.deepStrictEqual([said.spec, said.files[1]], ["json/ebb.yaml", "json/requests.csv"])
    const service = said.learnt.find(({ path }: { readonly path: string }) => path === "traffic[0].service")
    assert.deepInclude(service, { from: "log:access.log", n: 57, sure: "measured" })
    assert.deepStrictEqual(said.dropped, [])
  })

  it.each([
    ["init no --from log:none.log", "✘ none.log: cannot be read: there is no such file\n"],
    [
      "init no --from access.log",
      "✘ --from: must be one of log:FILE, trace:FILE, prometheus:FILE, kubernetes:FILE, fal:APP, sandbox:APP, got access.log\n"
    ],
    [
      "init --from log:access.log no",
      "✘ --from: no is no source; put the folder first: ebb init no --from log:access.log\n"
    ],
    ["init --from log:access.log access.log", /^✘ --from: must be one of log:FILE, .* got access\.log\n$/],
    ["init no --unit s", "✘ --unit says how --from reads, and there is no --from; leave it out\n"],
    ["init no --column arrival=ts", "✘ --column says how --from reads, and there is no --from; leave it out\n"],
    ["init no --from trace:access.log", /^✘ access\.log:1: is no public trace that is known by its columns/],
    [
      "init no --from log:access.log --column took=x",
      /argument --column: must be WHAT=NAME with WHAT one of arrival, start/
    ]
  ])("writes nothing where it cannot: %s", async (line, problem) => {
    const { code, err } = await ebb(line)
    assert.strictEqual(code, 2)
    if (typeof problem === "string") assert.strictEqual(err, problem)
    else assert.match(err, problem)
    assert.isFalse(existsSync(join(folder, "no")))
  })

  it("never overwrites what it learns from, by whatever name, even with --yes", async () => {
    const cwd = join(folder, "own")
    mkdirSync(cwd)
    writeFileSync(join(cwd, "requests.csv"), access)
    symlinkSync("requests.csv", join(cwd, "link.log"))
    symlinkSync(".", join(cwd, "here"))
    const own = "requests.csv is what --from reads; write elsewhere: ebb init DIR --from"
    for (const [words, problem] of [
      ["log:requests.csv", `✘ ${own} log:requests.csv\n`],
      ["log:link.log", `✘ ${own} log:link.log\n`],
      ["log:../access.log log:here/requests.csv", `✘ ${own} log:../access.log --from log:here/requests.csv\n`],
      [
        "kubernetes:ebb.yaml",
        "✘ ebb.yaml is what --from reads; write elsewhere: ebb init DIR --from kubernetes:ebb.yaml\n"
      ]
    ] as const) {
      const { code, err } = await run(wordsOf(`init --from ${words} --yes`), { cwd })
      assert.deepStrictEqual([code, err], [2, problem])
    }
    assert.strictEqual(readFileSync(join(cwd, "requests.csv"), "utf8"), access)
    assert.strictEqual((await run(wordsOf("init new --from log:requests.csv"), { cwd })).code, 0)
  })

  it("overwrites nothing unless it is told to", async () => {
    await ebb("init twice --from log:access.log")
    const { code, err } = await ebb("init twice --from log:access.log")
    assert.strictEqual(code, 1)
    assert.include(err, "exist already. Overwrite with --yes")
    assert.strictEqual((await ebb("init twice --from log:access.log --yes")).code, 0)
  })
})
