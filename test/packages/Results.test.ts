import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, assert, beforeEach, it } from "vitest"
import { bin, emptyFolder, plainEnv, root, run } from "./Packed.ts"

interface Result {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: ReadonlyArray<{ readonly file: string; readonly test: string; readonly error: string }>
}

const { summary } = (await import(join(root, "scripts", "results.mjs"))) as {
  readonly summary: (
    results: ReadonlyArray<{ readonly name: string; readonly result: Result | undefined }>
  ) => ReadonlyArray<string>
}

let folder: ReturnType<typeof emptyFolder>
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => folder.remove())

/** What the reporter leaves of a run of these test files. */
const resultOf = (
  files: Readonly<Record<string, string>>
): { readonly status: number | null; readonly result: Result } => {
  const tests = join(folder.path, "tests")
  mkdirSync(tests)
  symlinkSync(join(root, "node_modules"), join(folder.path, "node_modules"))
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(tests, name), `import { beforeAll, describe, expect, it } from "vitest"\n${text}\n`)
  }
  const report = join(folder.path, "report.json")
  const args = [
    "--bun",
    "vitest",
    "run",
    "--pool=threads",
    // The cache in node_modules belongs to the suite that is running: vitest clears it where it sees another lock file.
    "--no-fsModuleCache",
    "--dir",
    tests,
    `--reporter=${join(root, "scripts/reporter.mjs")}`
  ]
  const { status } = run(bin("bun"), args, folder.path, { ...plainEnv(), EBB_TEST_REPORT: report })
  return { status, result: JSON.parse(readFileSync(report, "utf8")) as Result }
}

it("names each test that failed, with the first line of its error", () => {
  const { result, status } = resultOf({
    "Sums.test.ts": `
      it("adds", () => expect(1 + 1).toBe(2))
      describe("of three", () => it("adds wrongly", () => expect({ sum: 6 }).toEqual({ sum: 7 })))
      it.skip("adds later", () => {})`
  })
  assert.strictEqual(status, 1)
  assert.deepInclude(result, { passed: 1, failed: 1, skipped: 1 })
  const [first, ...others] = result.failures
  assert.isEmpty(others)
  assert.match(first?.file ?? "", /Sums\.test\.ts$/)
  assert.strictEqual(first?.test, "of three > adds wrongly")
  assert.match(first?.error ?? "", /^AssertionError: expected \{ sum: 6 \} to deeply equal \{ sum: 7 \}/)
})

it("names what failed outside any test: a file that does not load, a hook, a promise of nobody's", () => {
  const { result, status } = resultOf({
    "Broken.test.ts": `throw new RangeError("no such port\\nsecond line")`,
    "Hook.test.ts": `describe("a server", () => {
        beforeAll(() => { throw new Error("did not start") })
        it("answers", () => {})
      })`,
    "Stray.test.ts": `it("passes", async () => { void Promise.reject(new Error("stray")); await new Promise((go) => setTimeout(go)) })`
  })
  assert.strictEqual(status, 1)
  assert.strictEqual(result.failed, 0)
  const said = result.failures.map(({ error, test }) => `${test}: ${error}`)
  assert.sameMembers(said, [
    "the file itself: RangeError: no such port",
    "a server: did not start",
    "outside any test: stray"
  ])
})

it("ends npm test with what failed in which package, and with the counts", () => {
  const file = join(root, "packages/core/test/Fleet.test.ts")
  const failures = [{ file, test: "drains", error: "AssertionError: expected 1 to be 2" }]
  const lines = summary([
    { name: "@ebb/core", result: { passed: 4, failed: 1, skipped: 2, failures } },
    { name: "@ebb/sim", result: { passed: 3, failed: 0, skipped: 0, failures: [] } },
    { name: "@ebb/cli", result: undefined }
  ])
  assert.strictEqual(
    lines.join("\n"),
    `
── what failed
✘ packages/core/test/Fleet.test.ts > drains
    AssertionError: expected 1 to be 2
✘ @ebb/cli
    its tests did not run, or not to the end: see above

7 passed, 1 failed, 2 skipped`
  )
})

it("keeps the last lines few when very many tests failed", () => {
  const failures = Array.from({ length: 90 }, (_, at) => ({ file: "", test: `test ${at}`, error: "Error: no" }))
  const lines = summary([{ name: "@ebb/core", result: { passed: 0, failed: 90, skipped: 0, failures } }])
  assert.isBelow(lines.join("\n").split("\n").length, 90)
  assert.include(lines.join("\n"), "and 50 more: see above")
})
