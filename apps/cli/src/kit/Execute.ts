import type { Exchange } from "@ebb/protocol/rest/Client"
import { Cause, Effect, Exit } from "effect"
import * as MessageBlock from "./MessageBlock.ts"
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

/** What a run of the program has to do with its surroundings. */
interface Run {
  readonly io: Io
  readonly output: Output.Output["Service"]
  readonly switches: Switches
  readonly interruptedExit: number
  readonly unreadExit: number | null
  /** The last request of the command. */
  last: Exchange | null
}

const fail = async ({ io, last, output, switches }: Run, error: unknown): Promise<number> => {
  const links = Failure.chain(error)
  const isBare = error instanceof Errors.CommandFailed && error.bare === true
  io.stderr.write(isBare ? `${error.text}\n` : MessageBlock.error(output.stderr, textOf(error)))
  if (switches.debug || switches.pdb) {
    const ExchangeText = await import("./ExchangeText.ts")
    if (switches.debug) io.stderr.write(Failure.describe(links))
    if (switches.debug && last !== null) io.stderr.write(`Last request: ${ExchangeText.line(last)}\n`)
    if (switches.pdb) await (await import("./Prompt.ts")).run(io, links, last)
  }
  return Errors.exitCode(error)
}

const settle = (run: Run, exit: Exit.Exit<number, unknown>): number | Promise<number> => {
  const { interruptedExit, io, output, unreadExit } = run
  if (Exit.isSuccess(exit)) return exit.value
  if (Cause.hasInterruptsOnly(exit.cause)) {
    if (unreadExit !== null && !io.interrupted.aborted) return unreadExit
    if (interruptedExit !== 0) io.stderr.write(MessageBlock.error(output.stderr, "Aborted."))
    return interruptedExit
  }
  return fail(run, Cause.squash(exit.cause))
}

/** Runs a command and reports how it ended; answers the exit code. */
export const execute = async (
  leaf: Leaf,
  words: Readonly<Record<string, unknown>>,
  switches: Switches,
  context: { readonly io: Io; readonly command: string }
): Promise<number> => {
  const { command, io } = context
  const observe = (exchange: Exchange): void => {
    run.last = exchange
  }
  const output = Output.make(io, { ...switches, observe })
  const unreadExit = leaf.unreadExit(words)
  const run: Run = { io, output, switches, interruptedExit: leaf.interruptedExit(words), unreadExit, last: null }
  const profile = switches.cprofile ? await import("./Profile.ts") : null
  const running = profile?.start()
  const effect = Effect.provideService(
    Effect.suspend(() => leaf.run(words)),
    Output.Output,
    output
  )
  const signal = unreadExit === null ? io.interrupted : AbortSignal.any([io.interrupted, io.unread])
  const exit = await Effect.runPromiseExit(effect, { signal })
  const profiled = profile !== null && running !== undefined ? await profile.report(io, command, running) : 0
  const code = settle(run, exit)
  return code === 0 ? profiled : code
}
