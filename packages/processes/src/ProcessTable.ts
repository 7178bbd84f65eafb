import { readdirSync, readFileSync } from "node:fs"

/** The variable that marks every process of a sandbox; children inherit it. */
export const sandboxName = "EBB_SANDBOX"
/** The variable that marks the processes of one runner among them. */
export const runnerName = "EBB_RUNNER"

/** A process as the kernel lists it. */
export interface Entry {
  readonly pid: number
  readonly parentPid: number
  readonly groupPid: number
  /** Clock ticks from boot to its start: with the pid it names one process for ever, where a pid alone is used again. */
  readonly startTicks: number
  /** One letter: R, S, D, T stopped, Z ended but not yet reaped. */
  readonly state: string
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "latin1")
  } catch {
    // The process ended meanwhile, or it belongs to somebody else.
    return undefined
  }
}

/** The entry of the pid; none once it is gone. */
export const entry = (pid: number): Entry | undefined => {
  const text = read(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The name in parentheses may hold blanks and parentheses itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  const [state = "?", parentPid, groupPid] = fields
  return {
    pid,
    parentPid: Number(parentPid),
    groupPid: Number(groupPid),
    startTicks: Number(fields[19]),
    state
  }
}

const markPattern = new RegExp(`^(?:${sandboxName}|${runnerName})=(.+)$`, "s")

/** The marks that the process was started with: its sandbox's and its runner's. */
export const marksOf = (pid: number): ReadonlyArray<string> => {
  const environment = read(`/proc/${pid}/environ`)
  if (environment === undefined) return []
  const values = environment.split("\0").map((pair) => markPattern.exec(pair)?.[1])
  return values.flatMap((value) => (value === undefined ? [] : [Buffer.from(value, "latin1").toString()]))
}

/** Whether the process was started with the mark in its environment. */
export const hasMark = (pid: number, mark: string): boolean => marksOf(pid).includes(mark)

/** Every pid there is, except our own. */
export const pids = (): ReadonlyArray<number> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid)

/** The living processes. */
export const living = (): ReadonlyArray<Entry> =>
  pids().flatMap((pid) => {
    const found = entry(pid)
    return found === undefined || found.state === "Z" ? [] : [found]
  })

/** The living processes that carry the mark. */
export const marked = (mark: string): ReadonlyArray<Entry> => living().filter(({ pid }) => hasMark(pid, mark))
