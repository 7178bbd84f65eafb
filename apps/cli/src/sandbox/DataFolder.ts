import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import * as Files from "../kit/Files.ts"
import type { Io } from "../kit/Io.ts"

/** Where a sandbox keeps what it keeps: `--data`, else EBB_DATA, else .ebb here if it exists, else ~/.ebb. */
export const locate = ({ cwd, env }: Pick<Io, "cwd" | "env">, given: string | undefined): string => {
  const named = given ?? env["EBB_DATA"]
  if (named !== undefined && named !== "") return Files.resolve(cwd, named)
  const here = join(cwd, ".ebb")
  return existsSync(here) ? here : join(env["HOME"] ?? homedir(), ".ebb")
}

/** The folder as people would name it: relative where it lies below the working directory. */
export const shown = (cwd: string, folder: string): string =>
  folder.startsWith(`${cwd}/`) ? folder.slice(cwd.length + 1) : folder
