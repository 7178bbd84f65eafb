import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { type Finding, messagesOf, phrases, sentencesOf, speller } from "./Prose.ts"

const root = join(import.meta.dirname, "../..")
const read = (file: string): string => readFileSync(join(root, file), "utf8")
const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...globSync("docs/*.md", { cwd: root })]

/** The words of the glossary, its own first column, in one and in several. */
const glossary = read("docs/glossary.md")
  .split("\n")
  .flatMap((line) => /^\| ([^|]+) \|/.exec(line)?.[1]?.match(/[\p{L}]+/gu) ?? [])
  .flatMap((word) => [
    word,
    `${word}s`,
    word[0]!.toUpperCase() + word.slice(1),
    `${word[0]!.toUpperCase()}${word.slice(1)}s`
  ])

const own = read("test/docs/words.txt").trimEnd().split("\n")
const misspelt = speller([...glossary, ...own])

const told = (file: string, findings: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  findings.map(({ line, problem, text }) => `${file}:${line} ${JSON.stringify(text)} ${problem}`)

const sources = globSync(["apps/*/src/**/*.{ts,tsx}", "packages/*/src/**/*.ts"], { cwd: root })

describe("what ebb says", () => {
  it("is spelt as a dictionary, the glossary or words.txt has it, and says nothing twice", () => {
    assert.isAbove(sources.length, 800)
    const findings = sources.flatMap((file) => {
      const messages = messagesOf(read(file))
      return [...misspelt(messages), ...phrases(messages)].map(({ problem, text }) => `${file} "${text}" ${problem}`)
    })
    assert.deepStrictEqual(findings, [])
  })
})

describe("the words of the documents", () => {
  it.each(documents)("of %s are spelt as a dictionary, the glossary or words.txt has them", (file) => {
    assert.deepStrictEqual(told(file, misspelt(sentencesOf(read(file)))), [])
  })

  it.each(documents)("of %s stand there once, and say something", (file) => {
    assert.deepStrictEqual(told(file, phrases(sentencesOf(read(file)))), [])
  })

  it("are looked through where they stand in sentences only", () => {
    const text = "# A heding\n\nThe `runer` [is](http://exmple.com) is is here.\n\n    cod blok\n"
    assert.deepStrictEqual(told("x", misspelt(sentencesOf(text))), ['x:1 "heding" is in no dictionary'])
    assert.deepStrictEqual(
      phrases(sentencesOf(text)).map(({ line }) => line),
      [3]
    )
  })
})
