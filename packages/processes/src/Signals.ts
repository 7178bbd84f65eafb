import { constants } from "node:os"
import * as CurrentSystem from "./system/CurrentSystem.ts"
import type { Disposition } from "./system/System.ts"

export type { Disposition } from "./system/System.ts"

/** The signals that servers are asked to stop by. */
export type StopSignal = "SIGHUP" | "SIGINT" | "SIGQUIT" | "SIGUSR1" | "SIGUSR2" | "SIGTERM" | "SIGWINCH"

/**
 * What the process has told the kernel to do on the signal; undefined once it is gone, and where it is not to be known. `handled`
 * does not promise that it drains: Node catches SIGTERM by itself, only to tidy the terminal and to end.
 */
export const dispositionOf = (pid: number, name: StopSignal): Disposition | undefined =>
  CurrentSystem.current().dispositionOf(pid, constants.signals[name])

/** Whether this process was started to outlive its terminal, as by nohup. */
export const outlivesTerminal = (): boolean => dispositionOf(process.pid, "SIGHUP") === "ignored"
