import * as Argument from "../kit/Argument.ts"

/** Act for that team. */
export const team = Argument.text("--team", "act for that team")

/** The data directory of the sandbox meant. */
export const data = Argument.text("--data", "the data directory of the sandbox", { metavar: "DIR" })

/** The sandbox's address, known to every command that talks to one. */
export const host = Argument.text("--host", "address of the sandbox, host:port", { hidden: true })

/** The environment meant, of a list that has all of them without it. */
export const anyEnv = Argument.text("--env", "the environment (default: all of them)")

/** The environment meant. */
export const env = Argument.text("--env", "the environment (default: main)")
