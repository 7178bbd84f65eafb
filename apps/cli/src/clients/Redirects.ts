import type { DataDirectory } from "@ebb/runtime/store/DataDirectory"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import * as Sources from "./Sources.ts"

/** The address that stands in the sources for the sandbox's. */
const written = "http://localhost:8787"

/** Files that make clients with built-in addresses go to a sandbox. */
export interface Redirects {
  /** A module to load before any program of JavaScript. */
  readonly javascript: string
  /** A folder of modules for Python to search first. */
  readonly python: string
}

const filesOf = (directory: DataDirectory) => ({
  "redirect.cjs": resolve(directory.file("clients", "redirect.cjs")),
  "sitecustomize.py": resolve(directory.file("clients", "python", "sitecustomize.py"))
})

/** Writes them into the data directory of the sandbox at that address. */
export const write = async (directory: DataDirectory, url: string): Promise<Redirects> => {
  const files = filesOf(directory)
  for (const name of Sources.names) {
    const text = (await Sources.read(name)).replace(written, url)
    const file = files[name]
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // A program that starts this very moment reads a whole file, not half of a new one.
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue
    writeFileSync(file, text)
    // Python takes what it compiled before for this file where length and second of both are the same.
    rmSync(join(dirname(file), "__pycache__"), { recursive: true, force: true })
  }
  return { javascript: files["redirect.cjs"], python: dirname(files["sitecustomize.py"]) }
}
