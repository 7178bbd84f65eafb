import * as Orphans from "@ebb/processes/Orphans"
import { type Options, type ProcessGroup, spawn } from "@ebb/processes/ProcessGroup"
import { fileURLToPath } from "node:url"
import { onTestFinished } from "vitest"

let marks = 0

/** A mark that no other test uses. */
export const newMark = (): string => `test-${process.pid}-${performance.timeOrigin}-${marks++}`

/** The path of a script under fixtures/servers. */
export const script = (name: string): string => fileURLToPath(new URL(`fixtures/servers/${name}`, import.meta.url))

/** A group under test and the lines it has printed. */
export interface Running {
  readonly group: ProcessGroup
  readonly lines: ReadonlyArray<string>
  /** The first line that the predicate accepts, once it is there. */
  readonly line: (accepts: (line: string) => boolean) => Promise<string>
}

/** Runs a command whose every process is ended with the test. */
export const run = (command: ReadonlyArray<string>, options: Partial<Options> = {}): Running => {
  const mark = options.mark ?? newMark()
  onTestFinished(async () => void (await Orphans.killAll(mark)))
  const lines: Array<string> = []
  const waiting = new Set<() => void>()
  const onLine: Options["onLine"] = (_, line) => {
    lines.push(line)
    for (const wake of waiting) wake()
  }
  const group = spawn({ cwd: import.meta.dirname, env: {}, port: 0, onLine, ...options, command, mark })
  const line: Running["line"] = (accepts) =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = lines.find(accepts)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { group, lines, line }
}
