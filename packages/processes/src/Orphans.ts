import { setTimeout as sleep } from "node:timers/promises"
import { ProcessesRemain } from "./Errors.ts"
import * as ProcessTable from "./ProcessTable.ts"

/** A process that carries a mark, told apart from a later one of the same pid by its start. */
export interface Orphan {
  readonly pid: number
  readonly startTicks: number
}

const pollMs = 10
const patienceMs = 5000

/** The living processes started with the mark, wherever they have gone: own groups and sessions included. */
export const find = (mark: string): ReadonlyArray<Orphan> =>
  ProcessTable.marked(mark).map(({ pid, startTicks }) => ({ pid, startTicks }))

/** Sends the signal if the pid is still that process and still marked; answers whether it was sent. */
export const signal = (orphan: Orphan, mark: string, name: NodeJS.Signals): boolean => {
  if (ProcessTable.entry(orphan.pid)?.startTicks !== orphan.startTicks) return false
  if (!ProcessTable.hasMark(orphan.pid, mark)) return false
  try {
    process.kill(orphan.pid, name)
    return true
  } catch {
    // It ended between the look and the signal.
    return false
  }
}

/**
 * Ends every process that carries the mark, with SIGKILL, and answers whom it signalled once none is left. It looks again
 * after each round, because a process may have forked while the others were being signalled.
 */
export const killAll = async (mark: string): Promise<ReadonlyArray<Orphan>> => {
  const signalled = new Map<string, Orphan>()
  const deadlineMs = performance.now() + patienceMs
  for (let left = find(mark); left.length > 0; left = find(mark)) {
    if (performance.now() > deadlineMs) throw new ProcessesRemain({ pids: left.map(({ pid }) => pid) })
    for (const orphan of left) {
      if (signal(orphan, mark, "SIGKILL")) signalled.set(`${orphan.pid} ${orphan.startTicks}`, orphan)
    }
    await sleep(pollMs)
  }
  return [...signalled.values()]
}
