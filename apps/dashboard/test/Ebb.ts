import { execFile, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const main = join(import.meta.dirname, "../../cli/src/main.ts")

/** A folder of its own for the files of one test file. */
export const folder = (): string => mkdtempSync(join(tmpdir(), "ebb-dashboard-"))

/** Runs `ebb` from its sources in a folder; answers what it printed. */
export const run = (cwd: string, args: ReadonlyArray<string>): string => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...args], { cwd, encoding: "utf8" })
  if (status !== 0) throw new Error(`ebb ${args.join(" ")} ended with ${status}: ${stderr}`)
  return stdout
}

/** Runs `ebb` against a sandbox of this process, which has to answer meanwhile; `data` is its folder. */
export const ask = (cwd: string, data: string, args: ReadonlyArray<string>): Promise<{ readonly stdout: string }> =>
  promisify(execFile)(process.execPath, [main, ...args], { cwd, env: { ...process.env, EBB_DATA: data } })

export const json = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"))
