import { JournalFile } from "@ebb/runtime/world/JournalFile"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ebb-journal-"))
})
afterEach(() => rmSync(folder, { recursive: true }))

test("every line is there in its order for whoever reads, the longest and those beyond ASCII too", () => {
  const journal = new JournalFile(join(folder, "run.jsonl"))
  const long = "ü€".repeat(2 ** 20)
  const lines = ["first", "zweite: ü", long, "then", ...Array.from({ length: 50_000 }, (_, n) => `line ${n} of many`)]
  for (const line of lines) journal.write(line)
  const whole = `${lines.join("\n")}\n`
  expect(journal.read() === whole).toBe(true)
  journal.write("last")
  journal.close()
  expect(readFileSync(journal.path, "utf8") === `${whole}last\n`).toBe(true)
})
