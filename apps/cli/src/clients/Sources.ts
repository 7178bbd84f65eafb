import { readFileSync } from "node:fs"
import { join } from "node:path"

/** The files that redirect clients; the compiled binary has this module replaced by one with the files in it. */
export const names = ["redirect.cjs", "sitecustomize.py"] as const

export const read = (name: (typeof names)[number]): Promise<string> =>
  Promise.resolve(readFileSync(join(import.meta.dirname, name), "utf8"))
