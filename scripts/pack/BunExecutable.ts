import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { Platform } from "./Platforms.ts"
import { bunVersion, root } from "./Release.ts"
import { run } from "./Run.ts"

const cache = join(root, "node_modules/.cache/bun", bunVersion)

/** The Bun of that platform and of the pinned version: fetched from npm, which checks what it gets, and then kept. */
export const fetch = ({ bun, name }: Platform): string => {
  const executable = join(cache, name, "package/bin/bun")
  if (existsSync(executable)) return executable
  const partial = join(cache, `${name}.${process.pid}`)
  mkdirSync(partial, { recursive: true })
  try {
    const [archive = ""] = run("npm", ["pack", "--silent", `${bun}@${bunVersion}`], partial)
      .trim()
      .split("\n")
    run("tar", ["-xzf", archive], partial)
    rmSync(join(partial, archive))
    renameSync(partial, join(cache, name))
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return executable
}
