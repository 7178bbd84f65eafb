import { readFileSync } from "node:fs"

/** What becomes of a signal: a handler takes it, it is ignored, or the kernel ends the process. */
export type Disposition = "handled" | "ignored" | "default"

// Signal n is bit n - 1.
const bits = { SIGHUP: 1n, SIGTERM: 1n << 14n } as const

const read = (pid: number | "self", name: keyof typeof bits): Disposition | undefined => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1")
    const holds = (field: "SigCgt" | "SigIgn"): boolean => {
      const [, mask = "0"] = new RegExp(`^${field}:\\s*([0-9a-f]+)$`, "m").exec(status) ?? []
      return (BigInt(`0x${mask}`) & bits[name]) !== 0n
    }
    if (holds("SigCgt")) return "handled"
    return holds("SigIgn") ? "ignored" : "default"
  } catch {
    return undefined
  }
}

/**
 * What the process has told the kernel to do on SIGTERM; undefined once it is gone. `handled` does not promise that it
 * drains: Node catches SIGTERM by itself, only to tidy the terminal and to end.
 */
export const onTerm = (pid: number): Disposition | undefined => read(pid, "SIGTERM")

/** Whether this process was started to outlive its terminal, as by nohup. */
export const outlivesTerminal = (): boolean => read("self", "SIGHUP") === "ignored"
