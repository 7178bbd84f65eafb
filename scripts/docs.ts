import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { derived, files } from "../test/docs/DerivedTables.ts"

/** Writes the tables of the documents that are made of the sources. */
for (const file of files) {
  const path = join(import.meta.dirname, "..", file)
  const text = readFileSync(path, "utf8")
  const made = derived(text)
  if (made === text) continue
  writeFileSync(path, made)
  console.log(`${file} written`)
}
