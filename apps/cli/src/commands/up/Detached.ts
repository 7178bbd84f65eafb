import { Effect } from "effect"
import { spawn } from "node:child_process"
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { CommandFailed } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import * as Banner from "./Banner.ts"

const lookEveryMs = 50

/** The words that start this very program again: its binary, or from source its main module. */
const self = (): ReadonlyArray<string> => {
  const main = process.argv[1] ?? ""
  return main.startsWith("/$bunfs/") ? [process.execPath] : [process.execPath, main]
}

/** Whoever shortens it later does so under the hands of who writes to it, who therefore appends. */
const openEmpty = (log: string): number => {
  closeSync(openSync(log, "w", 0o600))
  return openSync(log, "a", 0o600)
}

const startIn = (folder: string, words: ReadonlyArray<string>) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const log = join(folder, "ebb.log")
  const output = join(folder, "up.out")
  const [command = "", ...before] = self()
  const stdio = ["ignore", openSync(output, "w", 0o600), openEmpty(log)] as const
  const child = spawn(command, [...before, ...words], { detached: true, stdio: [...stdio] })
  child.unref()
  return { child, log, output }
}

/** Starts `ebb` with these words in the background; its output once it says that it is up. Its log is `ebb.log`. */
export const start = Effect.fnUntraced(function* (words: ReadonlyArray<string>, folder: string, shown: string) {
  const { child, log, output } = yield* Effect.try({
    try: () => startIn(folder, words),
    catch: (because) => new CommandFailed({ text: `${shown}: ${Files.reason(because)}`, because })
  })
  let code: number | null | "running" = "running"
  child.on("exit", (status) => {
    code = status
  })
  for (;;) {
    const text = readFileSync(output, "utf8")
    if (Banner.isWhole(text)) return Banner.inBackground(text)
    if (code !== "running") {
      const said = readFileSync(log, "utf8").trim().replace(/^✘ /, "")
      return yield* new CommandFailed({ text: said === "" ? `ebb up ended with ${code}; see ${log}` : said })
    }
    yield* Effect.sleep(lookEveryMs)
  }
})
