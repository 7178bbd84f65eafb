import { JournalWriter } from "@ebb/core/journal/JournalWriter"
import { JournalFile } from "@ebb/runtime/store/JournalFile"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ebb-journal-"))
})
afterEach(() => rmSync(folder, { recursive: true }))

const header = { journal: 1 }

/** What stands in a journal of those inputs, without the hashes. */
const linesOf = (inputs: ReadonlyArray<string>): ReadonlyArray<string> => [
  JSON.stringify(header),
  ...inputs.map((args) => `{"atMs":1.5,"input":"submit","args":[${args}]}`)
]

const write = (writer: JournalWriter, args: string): void => {
  writer.begin()
  writer.waiting.text(`{"atMs":1.5,"input":"submit","args":[${args}]}`)
  writer.causes()
  writer.done()
}

const withoutHashes = (text: string): ReadonlyArray<string> =>
  text.split("\n").map((line) => line.replace(/,"hash":"[0-9a-f]{32}"/, ""))

test("every line is there in its order for whoever reads, the longest and those beyond ASCII too", async () => {
  const journal = new JournalFile(join(folder, "run.jsonl"))
  const writer = new JournalWriter(header, journal.sink)
  const long = "ü€".repeat(2 ** 20)
  const inputs = [
    "1",
    '"zweite: ü"',
    `"${long}"`,
    "4",
    ...Array.from({ length: 50_000 }, (_, n) => `"line ${n} of many"`)
  ]
  for (const args of inputs) write(writer, args)
  expect(withoutHashes(await new Response(journal.export("")).text())).toEqual([...linesOf(inputs), ""])
  writer.end()
  journal.close()
  const whole = withoutHashes(readFileSync(journal.path, "utf8"))
  expect(whole).toEqual([...linesOf(inputs), `{"inputs":${inputs.length}}`, ""])
})

test("a line is on disk soon after it came, without anybody asking", async () => {
  const journal = new JournalFile(join(folder, "run.jsonl"))
  const writer = new JournalWriter(header, journal.sink)
  write(writer, "1")
  const text = () => withoutHashes(readFileSync(journal.path, "utf8"))
  await expect.poll(text).toEqual([...linesOf(["1"]), ""])
  journal.close()
})
