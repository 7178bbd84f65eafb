import { readFileSync } from "node:fs"

/** What becomes of a signal: a handler takes it, it is ignored, or the kernel ends the process. */
export type Disposition = "handled" | "ignored" | "default"

// Signal n is bit n - 1.
const termBit = 1n << 14n

const holds = (status: string, field: "SigCgt" | "SigIgn"): boolean => {
  const [, mask = "0"] = new RegExp(`^${field}:\\s*([0-9a-f]+)$`, "m").exec(status) ?? []
  return (BigInt(`0x${mask}`) & termBit) !== 0n
}

/**
 * What the process has told the kernel to do on SIGTERM; undefined once it is gone. `handled` does not promise that it
 * drains: Node catches SIGTERM by itself, only to tidy the terminal and to end.
 */
export const onTerm = (pid: number): Disposition | undefined => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1")
    if (holds(status, "SigCgt")) return "handled"
    return holds(status, "SigIgn") ? "ignored" : "default"
  } catch {
    return undefined
  }
}
