import * as CurrentSystem from "./system/CurrentSystem.ts"
import type { Entry, Living } from "./system/System.ts"

export type { Entry, Living } from "./system/System.ts"
export { runnerName, sandboxName } from "./system/Marks.ts"

/** The entry of the pid; none once it is gone. */
export const entry = (pid: number): Entry | undefined => CurrentSystem.current().entry(pid)

/** Whether two of one pid with these starts are one process. */
export const isSameStart = (one: number, other: number): boolean => CurrentSystem.current().isSameStart(one, other)

/** Whether the pid is still that process, and no later one of its number. */
export const isStill = (pid: number, start: number): boolean => {
  const found = entry(pid)
  return found !== undefined && isSameStart(found.start, start)
}

/** Whether there is such a process; one that has ended may count until its parent has taken note. */
export const isRunning = (pid: number): boolean => CurrentSystem.current().isRunning(pid)

/** The marks that the process was started with: its sandbox's and its runner's. */
export const marksOf = (pid: number): ReadonlyArray<string> => CurrentSystem.current().marksOf(pid)

/** Whether the process was started with the mark in its environment. */
export const hasMark = (pid: number, mark: string): boolean => marksOf(pid).includes(mark)

/** The living processes, our own left out. */
export const living = (): ReadonlyArray<Living> => CurrentSystem.current().living()

/** The living processes that carry the mark. */
export const marked = (mark: string): ReadonlyArray<Entry> => living().filter(({ marks }) => marks().includes(mark))

/** The file that the process runs; null where it is not to be known. */
export const executableOf = (pid: number): string | null => CurrentSystem.current().executableOf(pid)
