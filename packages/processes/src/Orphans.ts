import { setTimeout as sleep } from "node:timers/promises"
import { ProcessesRemain } from "./Errors.ts"
import * as Owner from "./Owner.ts"
import * as ProcessTable from "./ProcessTable.ts"

/** A process to be ended, told apart from a later one of the same pid by its start. */
export interface Orphan {
  readonly pid: number
  readonly start: number
  /** The mark by which it was found; null for a descendant, which may clear its environment before it is signalled. */
  readonly mark: string | null
}

const pollMs = 10
const patienceMs = 5000

const orphan = ({ pid, start }: ProcessTable.Entry, mark: string | null): Orphan => ({ pid, start, mark })

/** The pids, and those of the living processes that descend from them. */
const familyOf = (pids: Iterable<number>, living: ReadonlyArray<ProcessTable.Entry>): ReadonlySet<number> => {
  const family = new Set(pids)
  // A parent may stand behind its child in the list: the pids go round.
  for (let before = 0; before < family.size;) {
    before = family.size
    for (const { parentPid, pid } of living) if (family.has(parentPid)) family.add(pid)
  }
  return family
}

/** The processes whose marks the predicate accepts, wherever they have gone, and all their living descendants. */
const findBy = (accepts: (mark: string) => boolean): ReadonlyArray<Orphan> => {
  const living = ProcessTable.living()
  const marks = new Map(
    living.flatMap((entry) => {
      const mark = entry.marks().find(accepts)
      return mark === undefined ? [] : [[entry.pid, mark]]
    })
  )
  if (marks.size === 0) return []
  const family = familyOf(marks.keys(), living)
  return living
    .filter(({ pid }) => family.has(pid))
    .map((entry) => orphan(entry, family.has(entry.parentPid) ? null : marks.get(entry.pid)!))
}

/** The living processes started with the mark, own groups and sessions included, and their descendants. */
export const find = (mark: string): ReadonlyArray<Orphan> => findBy((other) => other === mark)

/** Sends the signal if the pid is still that process; answers whether it was sent. */
export const signal = ({ mark, pid, start }: Orphan, name: NodeJS.Signals): boolean => {
  if (!ProcessTable.isStill(pid, start)) return false
  if (mark !== null && !ProcessTable.hasMark(pid, mark)) return false
  try {
    process.kill(pid, name)
    return true
  } catch {
    // It ended between the look and the signal.
    return false
  }
}

const isLiving = ({ pid, start }: Orphan): boolean =>
  ProcessTable.isStill(pid, start) && ProcessTable.entry(pid)?.state !== "Z"

/** Ends what the look finds, again and again until it finds nothing; answers whom it signalled. */
export const killFound = async (look: () => ReadonlyArray<Orphan>): Promise<ReadonlyArray<Orphan>> => {
  const signalled = new Map<string, Orphan>()
  // One that was signalled may live on for a moment, and without its parent nothing tells that it belongs.
  const left = (): ReadonlyArray<Orphan> => {
    const found = look()
    return found.length > 0 ? found : [...signalled.values()].filter(isLiving)
  }
  const deadlineMs = performance.now() + patienceMs
  for (let these = left(); these.length > 0; these = left()) {
    if (performance.now() > deadlineMs) throw new ProcessesRemain({ pids: these.map(({ pid }) => pid) })
    for (const each of these) {
      if (signal(each, "SIGKILL")) signalled.set(`${each.pid} ${each.start}`, each)
    }
    await sleep(pollMs)
  }
  return [...signalled.values()]
}

/**
 * Ends every process that carries the mark, with SIGKILL, and answers whom it signalled once none is left. It looks again
 * after each round, because a process may have forked while the others were being signalled.
 */
export const killAll = (mark: string): Promise<ReadonlyArray<Orphan>> => killFound(() => find(mark))

/** One round of it, for a process that is about to end and cannot wait. */
export const killNow = (mark: string): void => {
  for (const each of find(mark)) signal(each, "SIGKILL")
}

/** Ends what processes with marks of this kind have left behind, those whose owner lives excepted. */
export const killAbandoned = (kind: string): Promise<ReadonlyArray<Orphan>> =>
  killFound(() => findBy((mark) => Owner.isAbandoned(mark, kind)))
