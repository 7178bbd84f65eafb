import { readFileSync } from "node:fs"

/** What becomes of a signal: a handler takes it, it is ignored, or the kernel ends the process. */
export type Disposition = "handled" | "ignored" | "default"

/** The signals that servers are asked to stop by, with their numbers on Linux. */
export const stopSignals = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
  SIGWINCH: 28
} as const
export type StopSignal = keyof typeof stopSignals

const read = (pid: number | "self", name: StopSignal): Disposition | undefined => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1")
    const holds = (field: "SigCgt" | "SigIgn"): boolean => {
      const [, mask = "0"] = new RegExp(`^${field}:\\s*([0-9a-f]+)$`, "m").exec(status) ?? []
      return ((BigInt(`0x${mask}`) >> BigInt(stopSignals[name] - 1)) & 1n) !== 0n
    }
    if (holds("SigCgt")) return "handled"
    return holds("SigIgn") ? "ignored" : "default"
  } catch {
    return undefined
  }
}

/**
 * What the process has told the kernel to do on the signal; undefined once it is gone. `handled` does not promise that it
 * drains: Node catches SIGTERM by itself, only to tidy the terminal and to end.
 */
export const dispositionOf = (pid: number, name: StopSignal): Disposition | undefined => read(pid, name)

/** Whether this process was started to outlive its terminal, as by nohup. */
export const outlivesTerminal = (): boolean => read("self", "SIGHUP") === "ignored"
