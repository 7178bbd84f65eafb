import { JournalHeader } from "@ebb/core/journal/Journal"
import { inputNames } from "@ebb/core/journal/Replay"
import { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as Journal from "@ebb/sim/experiment/Journal"
import { measures } from "@ebb/sim/measure/Measures"
import * as Presets from "@ebb/sim/spec/Presets"
import { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Spec from "@ebb/sim/spec/Spec"
import { SpecSchema } from "@ebb/sim/spec/SpecSchema"
import { Result, Schema } from "effect"
import { existsSync, globSync, readFileSync } from "node:fs"
import { basename, dirname, extname, join } from "node:path"
import { assert, describe, it } from "vitest"

const root = join(import.meta.dirname, "../..")
const read = (file: string): string => readFileSync(join(root, file), "utf8")
const documents = ["README.md", "CONTRIBUTING.md", ...globSync("docs/*.md", { cwd: root })]

/** Every word that stands between backticks in a text, or in a block of code. */
const codeWords = (text: string): ReadonlySet<string> => {
  const code = [...text.matchAll(/```[a-z]*\n([^]*?)```|`([^`\n]+)`/g)].map(([, block, span]) => block ?? span!)
  return new Set(code.flatMap((part) => part.match(/[\w-]+/g) ?? []))
}

/** Every key and every literal that a JSON Schema knows. */
const wordsOf = (schema: unknown): ReadonlyArray<string> => {
  if (typeof schema !== "object" || schema === null) return []
  if (Array.isArray(schema)) return schema.flatMap(wordsOf)
  const { enum: literals = [], properties = {} } = schema as { enum?: ReadonlyArray<string>; properties?: object }
  const strings = literals.filter((literal) => typeof literal === "string")
  return [...Object.keys(properties), ...strings, ...Object.values(schema).flatMap(wordsOf)]
}

const wordsOfSchema = (schema: Schema.Top): ReadonlySet<string> => {
  const words = new Set(wordsOf(Schema.toJsonSchemaDocument(schema)))
  // How Schema writes numbers that are none.
  for (const word of ["NaN", "Infinity", "-Infinity"]) words.delete(word)
  return words
}

const confirmTold = (file: string, words: Iterable<string>): void => {
  const told = codeWords(read(file))
  const isTold = (word: string): boolean => word.split(" ").every((part) => told.has(part))
  for (const word of words) assert.isTrue(isTold(word), `${file} says nothing of ${word}`)
}

describe("docs/spec.md", () => {
  it("tells of every key and every word of a spec", () => {
    const words = wordsOfSchema(SpecSchema)
    assert.isAbove(words.size, 100)
    confirmTold("docs/spec.md", words)
    confirmTold("docs/spec.md", Presets.names)
  })

  it("has only examples that rehearse", () => {
    const examples = [...read("docs/spec.md").matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, text]) => text!)
    assert.isAbove(examples.length, 3)
    const readFile = () => "TIMESTAMP,GeneratedTokens,end_timestamp,duration\n2023-11-16 18:17:03.9799600,44,9,1\n"
    for (const text of examples) Result.getOrThrow(Spec.parse(text, { file: "docs/spec.md", readFile }))
  })
})

it("docs/measures.md tells of every field of the reports", () => {
  confirmTold("docs/measures.md", wordsOfSchema(RehearsalReport.mapFields(({ spec: _, ...fields }) => fields)))
  confirmTold("docs/measures.md", wordsOfSchema(RolloutReport))
  for (const { path } of measures.filter(({ isDifference }) => isDifference)) {
    assert.include(read("docs/measures.md"), `\`${path}\``)
  }
})

describe("docs/journal.md", () => {
  it("tells of every field and every input", () => {
    const { spec: _, ...fields } = JournalHeader.fields
    confirmTold("docs/journal.md", [...Object.keys(fields), ...inputNames])
  })

  it("shows the hashes and the numbers of the run that it names", () => {
    const text = read("docs/journal.md")
    assert.include(text, "ebb rehearse --preset llm --mode force --seeds 1 --journal run.jsonl")
    const source = { file: "preset llm", set: ["run.seeds=1", "run.modes=[force]"], readFile: () => "" }
    const lines = Journal.write(Result.getOrThrow(Spec.parse(Presets.presets.llm, source)), "force", 1)
    const { fleet, hash, inputs } = Result.getOrThrow(Journal.replay(`${lines.join("\n")}\n`))
    const counts = `${inputs.toLocaleString("en")} inputs, ${fleet.state.requestsMade.toLocaleString("en")} requests`
    assert.include(text, `Reproduced (virtual, force, seed 1): ${counts}, hash ${hash}\n`)
    const shown = [...text.matchAll(/^ {4}\{.*"hash":"[0-9a-f]+"\}$/gm)].map(([line]) => line.trim())
    const ends = (line: string): readonly [string, string] => [
      line.slice(0, line.indexOf(",")),
      line.slice(line.indexOf('"hash"'))
    ]
    assert.deepStrictEqual(shown.map(ends), [lines[1]!, lines[2]!, lines.at(-1)!].map(ends))
  })
})

it("docs/benchmarks.md has every bar, with the limit that the bench holds it to", () => {
  const bars = globSync("bench/*Bars.ts", { cwd: root }).flatMap((file) => [
    ...read(file).matchAll(/ name: "([^"]+)"/g)
  ])
  assert.isAbove(bars.length, 5)
  const told = read("docs/benchmarks.md").replaceAll("`", "")
  for (const [, name] of bars) assert.include(told, `| ${name} |`)
})

const sources = globSync("{packages,apps}/*/src/**/*.{ts,tsx}", { cwd: root })
const notOurs = new Set(["Effect.fn", "Math.log", "PascalCase.ts", "TestClock"])

const hasLine = (files: ReadonlyArray<string>, line: RegExp): boolean => files.some((file) => line.test(read(file)))

/** Whether a file Fleet.ts declares the `submit` of `Fleet.submit`; whether a file or an export is called `Fleet`, or a file `Fleet.ts`. */
const isInSources = (name: string): boolean => {
  const [first = "", member] = name.split(".")
  const files = sources.filter((file) => basename(file, extname(file)) === first)
  if (member === "ts") return files.length > 0
  if (member === undefined) return files.length > 0 || hasLine(sources, new RegExp(`^export .*\\b${first}\\b`, "m"))
  return hasLine(files, new RegExp(`^(export const|  (private |override |readonly )*)\\s*${member}\\b`, "m"))
}

describe("CONTRIBUTING.md and docs/architecture.md", () => {
  const texts = ["CONTRIBUTING.md", "docs/architecture.md"].map(read).join("\n")
  const spans = [...texts.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!)
  const matching = (pattern: RegExp): ReadonlyArray<string> => spans.filter((span) => pattern.test(span))

  it("name only files, exports and methods that are there", () => {
    const names = matching(/^[A-Z]\w*[a-z]\w*(\.[a-z]\w*)?$/).filter((name) => !notOurs.has(name))
    assert.isAbove(names.length, 20)
    assert.deepStrictEqual(
      names.filter((name) => !isInSources(name)),
      []
    )
  })

  it("name only paths that are there", () => {
    const paths = matching(/^(packages|apps|test|docs|bench|scripts)\//)
    assert.isAbove(paths.length, 10)
    assert.deepStrictEqual(
      paths.filter((path) => !existsSync(join(root, path))),
      []
    )
  })
})

describe.each(documents)("%s", (file) => {
  const links = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to]) => to!)

  it("links to nothing that is not there", () => {
    for (const link of links.filter((to) => !/^https?:/.test(to))) {
      const [path = "", anchor] = link.split("#")
      const target = path === "" ? file : join(dirname(file), path)
      assert.isTrue(existsSync(join(root, target)), `${file} links to ${link}`)
      if (anchor !== undefined) assert.include(headingsOf(read(target)), anchor, `${file} links to ${link}`)
    }
  })

  it("has only tables that begin with a head: a row behind an empty line is shown as text", () => {
    const text = read(file).replaceAll(/^ *```[^]*?^ *```/gm, "")
    const firstRows = [...text.matchAll(/(?:^|\n\n)(\|[^\n]*)\n([^\n]*)/g)]
    for (const [, first, second] of firstRows) assert.match(second!, /^\|[ :|-]+\|$/, `${file}: ${first}`)
  })
})

const headingsOf = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-")
  )

describe("docs/dependencies.md", () => {
  it("says of every dependency why it is there", () => {
    const packages = ["package.json", ...globSync("{packages,apps,test}/*/package.json", { cwd: root })]
    const all = packages.flatMap((file) => {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(read(file))
      return Object.keys({ ...dependencies, ...devDependencies })
    })
    const text = read("docs/dependencies.md")
    const outside = [...new Set(all)].filter((name) => !name.startsWith("@ebb/"))
    assert.isAbove(outside.length, 20)
    assert.deepStrictEqual(
      outside.filter((name) => !text.includes(`\`${name}\``)),
      []
    )
    const told = [...text.matchAll(/^\| (`[^|]+`) \|/gm)]
      .flatMap(([, cell = ""]) => cell.split(", "))
      .map((name) => name.replaceAll("`", ""))
    assert.deepStrictEqual(
      told.filter((name) => !outside.includes(name)),
      []
    )
  })
})
