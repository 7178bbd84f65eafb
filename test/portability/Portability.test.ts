import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { engines, nodeVersion } from "./Engines.ts"
import { nameOf, runs } from "./Specs.ts"

/** To be written anew by `bun test/portability/hashes.ts > test/portability/golden.json`, when the rules are to change. */
const golden: Readonly<Record<string, { readonly lines: number; readonly hash: string }>> = JSON.parse(
  readFileSync(join(import.meta.dirname, "golden.json"), "utf8")
)

describe("the journal of a spec and a seed", () => {
  it("is pinned for each of the runs, and is long and its own", () => {
    assert.deepStrictEqual(Object.keys(golden), runs.map(nameOf))
    assert.strictEqual(new Set(Object.values(golden).map(({ hash }) => hash)).size, runs.length)
    for (const { lines } of Object.values(golden)) assert.isAbove(lines, 1000)
  })

  it("is not compared to Bun's twice", () => {
    assert.match(nodeVersion(), /^v\d+\./)
  })

  for (const [name, run] of Object.entries(engines)) {
    it(`is the pinned one on ${name}`, () => {
      assert.deepStrictEqual(JSON.parse(run("test/portability/hashes.ts")), golden)
    })
  }
})
