import { Cause, Effect, Exit } from "effect"
import * as Block from "./Block.ts"
import type { Leaf } from "./Command.ts"
import * as Errors from "./Errors.ts"
import * as Failure from "./Failure.ts"
import type { Io } from "./Io.ts"
import * as Output from "./Output.ts"

/** The options that act on a command whatever it does. */
export interface Switches {
  readonly debug: boolean
  readonly pdb: boolean
  readonly cprofile: boolean
  readonly noColor: boolean
  readonly json: boolean
}

const textOf = (error: unknown): string => {
  if (Errors.isCliFailure(error)) return error.message
  const message = error instanceof Error ? error.message : String(error)
  return `Unexpected error: ${message}`
}

const fail = async (io: Io, output: Output.Output["Service"], switches: Switches, error: unknown): Promise<number> => {
  const links = Failure.chain(error)
  io.stderr.write(Block.error(output.stderr, textOf(error)))
  if (switches.debug) io.stderr.write(Failure.describe(links))
  if (switches.pdb) await (await import("./Prompt.ts")).run(io, links)
  return Errors.exitCode(error)
}

const settle = (
  io: Io,
  interruptedExit: number,
  switches: Switches,
  output: Output.Output["Service"],
  exit: Exit.Exit<number, unknown>
) => {
  if (Exit.isSuccess(exit)) return exit.value
  if (Cause.hasInterruptsOnly(exit.cause)) {
    if (interruptedExit !== 0) io.stderr.write(Block.error(output.stderr, "Aborted."))
    return interruptedExit
  }
  return fail(io, output, switches, Cause.squash(exit.cause))
}

/** Runs a command and reports how it ended; answers the exit code. */
export const execute = async (
  leaf: Leaf,
  words: Readonly<Record<string, unknown>>,
  switches: Switches,
  context: { readonly io: Io; readonly command: string }
): Promise<number> => {
  const { command, io } = context
  const output = Output.make(io, switches)
  const profile = switches.cprofile ? await import("./Profile.ts") : null
  const running = profile?.start()
  const effect = Effect.provideService(
    Effect.suspend(() => leaf.run(words)),
    Output.Output,
    output
  )
  const exit = await Effect.runPromiseExit(effect, { signal: io.interrupted })
  if (profile !== null && running !== undefined) await profile.report(io, command, running)
  return settle(io, leaf.interruptedExit(words), switches, output, exit)
}
