import { LinuxSystem } from "./LinuxSystem.ts"
import { PsSystem } from "./PsSystem.ts"
import type { System } from "./System.ts"

/** The variable that chooses: `proc` reads Linux's /proc, `ps` asks the programs ps and lsof. */
export const variable = "EBB_PROCESSES"

const names = ["proc", "ps"] as const
type Name = (typeof names)[number]

const systems: Readonly<Record<Name, System>> = { proc: new LinuxSystem(), ps: new PsSystem() }

const isName = (value: string): value is Name => names.some((name) => name === value)

const chosen = (): Name => {
  const asked = process.env[variable] ?? ""
  if (isName(asked)) return asked
  return process.platform === "linux" ? "proc" : "ps"
}

/** The way to ask on this machine, or the one that is forced by {@link variable}. */
export const current = (): System => systems[chosen()]

/** Why processes cannot be run and watched here, as a sentence; null where they can. */
export const problem = (): string | null => {
  const asked = process.env[variable]
  if (process.platform === "win32") return "runs processes on Linux and macOS; on Windows only what is simulated works"
  if (asked !== undefined && asked !== "" && !isName(asked)) {
    return `reads how to look at processes from ${variable}, which must be ${names.join(" or ")}, not ${JSON.stringify(asked)}`
  }
  if (chosen() === "proc" && process.platform !== "linux") return `needs Linux for ${variable}=proc; leave it out`
  return chosen() === "ps" ? PsSystem.problem() : null
}
