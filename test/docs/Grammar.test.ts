import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, beforeAll, describe, it } from "vitest"
import * as Grammar from "./Grammar.ts"
import { messagesOf } from "./Prose.ts"

const root = join(import.meta.dirname, "../..")
const read = (file: string): string => readFileSync(join(root, file), "utf8")
const documents = ["README.md", "CONTRIBUTING.md", ...globSync("docs/*.md", { cwd: root })]
const sources = globSync(["apps/*/src/**/*.{ts,tsx}", "packages/*/src/**/*.ts"], { cwd: root })

/** As the public command line says it. */
const verbatim = "is not a auth option"

/** What is put into a message stands there as code, which no rule looks into. */
const markdownOf = (source: string): string => messagesOf(source).replaceAll("\n•\n", "\n\n").replaceAll("•", "`x`")

describe("no reader stumbles over the grammar", () => {
  let slipsIn: (markdown: string) => Promise<ReadonlyArray<Grammar.Slip>>
  beforeAll(async () => {
    slipsIn = await Grammar.reader()
  })

  it.each(documents)("of %s", async (file) => {
    assert.deepStrictEqual(await slipsIn(read(file)), [])
  })

  it("of what ebb says", async () => {
    const said = sources.map((file) => markdownOf(read(file))).filter((messages) => messages !== "")
    assert.isAbove(said.length, 250)
    const slips = await slipsIn(said.join("\n\n"))
    assert.deepStrictEqual(
      slips.filter(({ around }) => !around.includes(verbatim)),
      []
    )
  })

  it("by rules that find a slip", async () => {
    const slips = await slipsIn(
      "An runner drain until its requests ends.\n\n    a indented block of a code\n\nThe the end.\n"
    )
    assert.includeMembers(
      slips.map(({ rule }) => rule),
      ["AnA", "RepeatedWords"]
    )
    assert.deepStrictEqual([...new Set(slips.map(({ line }) => line))], [1, 5])
  })
})
