import { JournalWriter } from "@ebb/core/journal/JournalWriter"
import { limits } from "@ebb/runtime/edge/Limits"
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
  expect(withoutHashes(await new Response(await journal.export(() => "")).text())).toEqual([...linesOf(inputs), ""])
  writer.end()
  journal.close()
  const whole = withoutHashes(readFileSync(journal.path, "utf8"))
  expect(whole).toEqual([...linesOf(inputs), `{"inputs":${inputs.length}}`, ""])
})

test("whoever reads while another part is about to begin waits until it has", async () => {
  const { journalPartBytes } = limits
  limits.journalPartBytes = 1
  try {
    const journal = new JournalFile(join(folder, "1.jsonl"))
    const writer = new JournalWriter(header, journal.sink)
    const steps: Array<string> = []
    const begun = Promise.withResolvers<void>()
    const asked = new Promise<void>((resolve) => {
      journal.onFull(async (between) => {
        resolve()
        journal.onFull(null)
        writer.endPart()
        await begun.promise
        for (const _ of writer.head([new TextEncoder().encode('{"journal":2}')], between)) steps.push("head")
      })
    })
    write(writer, "1")
    await asked
    const exported = journal.export(() => (steps.push("end"), "the end"))
    write(writer, "2")
    begun.resolve()
    const whole = withoutHashes(await new Response(await exported).text())
    expect(steps).toEqual(["head", "head", "end"])
    const [second] = linesOf(["2"]).slice(1)
    expect(whole).toEqual([...linesOf(["1"]), '{"inputs":1}', '{"journal":2}', second, "the end"])
    journal.close()
  } finally {
    limits.journalPartBytes = journalPartBytes
  }
})

test("a line is on disk soon after it came, without anybody asking", async () => {
  const journal = new JournalFile(join(folder, "run.jsonl"))
  const writer = new JournalWriter(header, journal.sink)
  write(writer, "1")
  const text = () => withoutHashes(readFileSync(journal.path, "utf8"))
  await expect.poll(text).toEqual([...linesOf(["1"]), ""])
  journal.close()
})
