import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import * as Marks from "./Marks.ts"
import * as ProcNet from "./ProcNet.ts"
import type { AtPort, Disposition, Entry, Listener, Living, System } from "./System.ts"

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "latin1")
  } catch {
    // The process ended meanwhile, or it belongs to somebody else.
    return undefined
  }
}

const linkAt = (path: string): string | null => {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

const markPattern = new RegExp(`^(?:${Marks.sandboxName}|${Marks.runnerName})=(.+)$`, "s")

/** Linux, as it tells of itself in /proc. */
export class LinuxSystem implements System {
  readonly isSlow = false

  entry(pid: number): Entry | undefined {
    const text = read(`/proc/${pid}/stat`)
    if (text === undefined) return undefined
    // The name in parentheses may hold blanks and parentheses itself.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
    const [state = "?", parentPid, groupPid] = fields
    // Clock ticks from boot.
    return { pid, parentPid: Number(parentPid), groupPid: Number(groupPid), start: Number(fields[19]), state }
  }

  isSameStart(one: number, other: number): boolean {
    return one === other
  }

  isRunning(pid: number): boolean {
    const found = this.entry(pid)
    return found !== undefined && found.state !== "Z"
  }

  living(): ReadonlyArray<Living> {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name))
    return pids.map(Number).flatMap((pid) => {
      const found = pid === process.pid ? undefined : this.entry(pid)
      return found === undefined || found.state === "Z" ? [] : [{ ...found, marks: () => this.marksOf(pid) }]
    })
  }

  marksOf(pid: number): ReadonlyArray<string> {
    const environment = read(`/proc/${pid}/environ`)
    if (environment === undefined) return []
    const values = environment.split("\0").map((pair) => markPattern.exec(pair)?.[1])
    return values.flatMap((value) => (value === undefined ? [] : [Buffer.from(value, "latin1").toString()]))
  }

  namespace(): string {
    return /\d+/.exec(linkAt("/proc/self/ns/pid") ?? "")?.[0] ?? "0"
  }

  dispositionOf(pid: number, signal: number): Disposition | undefined {
    const status = read(`/proc/${pid}/status`)
    if (status === undefined) return undefined
    const holds = (field: "SigBlk" | "SigCgt" | "SigIgn"): boolean => {
      const [, mask = "0"] = new RegExp(`^${field}:\\s*([0-9a-f]+)$`, "m").exec(status) ?? []
      return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) !== 0n
    }
    if (holds("SigCgt")) return "handled"
    // While it waits for signals the kernel does not list them as blocked. It keeps one that is blocked even where it is ignored.
    if (holds("SigBlk") || read(`/proc/${pid}/wchan`)?.includes("sigtimedwait") === true) return "blocked"
    return holds("SigIgn") ? "ignored" : "default"
  }

  executableOf(pid: number): string | null {
    return linkAt(`/proc/${pid}/exe`)
  }

  listeners(): ReadonlyArray<Listener> {
    return ProcNet.listeners()
  }

  heldBy(pids: ReadonlyArray<number>): ReadonlySet<number> {
    return new Set(pids.flatMap(inodesOf))
  }

  snapshot(port: number): () => AtPort {
    return ProcNet.snapshot(port)
  }

  openFilesMax(): number | null {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(read("/proc/self/limits") ?? "") ?? []
    return soft === undefined ? null : Number(soft)
  }
}

const inodesOf = (pid: number): ReadonlyArray<number> => {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).flatMap((name) => {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(linkAt(`${folder}/${name}`) ?? "") ?? []
      return inode === undefined ? [] : [Number(inode)]
    })
  } catch {
    // It ended meanwhile, or it belongs to somebody else.
    return []
  }
}
