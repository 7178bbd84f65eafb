import { threadId } from "node:worker_threads"
import * as ProcessTable from "./ProcessTable.ts"
import * as CurrentSystem from "./system/CurrentSystem.ts"

/** Threads of one process count apart. */
let made = threadId * 1_000_000

/** A mark of that kind that names this process, so that what it leaves behind can be told from what is still in use. */
export const newMark = (kind: string): string => {
  const { pid, start } = ProcessTable.entry(process.pid) ?? { pid: process.pid, start: 0 }
  return [kind, CurrentSystem.current().namespace(), pid, start, ++made].join("-")
}

/** Whether the mark is of that kind and the process that made it is gone. */
export const isAbandoned = (mark: string, kind: string): boolean => {
  const [, namespace, pid, start] = new RegExp(`^${kind}-(\\d+)-(\\d+)-(\\d+)-\\d+$`).exec(mark) ?? []
  if (namespace === undefined || namespace !== CurrentSystem.current().namespace()) return false
  return !ProcessTable.isStill(Number(pid), Number(start))
}
