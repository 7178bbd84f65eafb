import { readlinkSync } from "node:fs"
import * as ProcessTable from "./ProcessTable.ts"

let made = 0

/** Pids mean something within one namespace only: a container's are not the host's. */
const namespaceOf = (pid: number | "self"): string => {
  try {
    return /\d+/.exec(readlinkSync(`/proc/${pid}/ns/pid`))?.[0] ?? "0"
  } catch {
    return "0"
  }
}

/** A mark of that kind that names this process, so that what it leaves behind can be told from what is still in use. */
export const newMark = (kind: string): string => {
  const { pid, startTicks } = ProcessTable.entry(process.pid) ?? { pid: process.pid, startTicks: 0 }
  return [kind, namespaceOf("self"), pid, startTicks, ++made].join("-")
}

/** Whether the mark is of that kind and the process that made it is gone. */
export const isAbandoned = (mark: string, kind: string): boolean => {
  const [, namespace, pid, startTicks] = new RegExp(`^${kind}-(\\d+)-(\\d+)-(\\d+)-\\d+$`).exec(mark) ?? []
  if (namespace === undefined || namespace !== namespaceOf("self")) return false
  return ProcessTable.entry(Number(pid))?.startTicks !== Number(startTicks)
}
