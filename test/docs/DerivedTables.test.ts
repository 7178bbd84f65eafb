import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { all, derived, files, namesIn } from "./DerivedTables.ts"

const read = (file: string): string => readFileSync(join(import.meta.dirname, "../..", file), "utf8")

describe("tables in documents that are made of the sources", () => {
  it.each(files)("%s is up to date: bun run docs writes it", (file) => {
    assert.strictEqual(derived(read(file)), read(file))
  })

  it("each has its place in one document", () => {
    assert.deepStrictEqual(files.flatMap((file) => namesIn(read(file))).toSorted(), all.toSorted())
  })

  it("is found stale when a cell is changed", () => {
    const text = read("docs/spec.md")
    const stale = text.replace("| how long an idle runner stays |", "| how long it stays |")
    assert.notStrictEqual(stale, text)
    assert.strictEqual(derived(stale), text)
  })
})
