import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const folder = join(import.meta.dirname, "../../../../../docs")

/** The documents of ebb by the words that ask for them; the compiled binary has this module replaced by one with the files in it. */
export const topics: ReadonlyArray<string> = readdirSync(folder)
  .filter((file) => file.endsWith(".md"))
  .map((file) => file.replace(/\.md$/, ""))
  .sort()

/** The text of a document. */
export const read = (topic: string): Promise<string> =>
  Promise.resolve(readFileSync(join(folder, `${topic}.md`), "utf8"))
