import type { Exchange } from "@ebb/protocol/rest/Client"
import { Context, Effect } from "effect"
import type { Io } from "./Io.ts"
import * as Json from "./Json.ts"
import * as Terminal from "./Terminal.ts"

/** Where a command puts its words: results on stdout, everything else on stderr. */
export class Output extends Context.Service<
  Output,
  {
    readonly io: Io
    readonly stdout: Terminal.Terminal
    readonly stderr: Terminal.Terminal
    /** Whether the result is asked for as JSON. */
    readonly json: boolean
    /** Whether a live view may draw on stdout over what is there; else it prints lines. */
    readonly draws: boolean
    /** Result text on stdout, with its line ends. */
    readonly result: (text: string) => Effect.Effect<void>
    /** One JSON value on stdout. */
    readonly value: (value: unknown) => Effect.Effect<void>
    /** Anything that is no result, on stderr, with its line ends. */
    readonly note: (text: string) => Effect.Effect<void>
    /** A sentence to be minded, on stderr. */
    readonly warn: (sentence: string) => Effect.Effect<void>
    /** Remembers the last request, for those who look into a failure. */
    readonly observe: (exchange: Exchange) => void
  }
>()("@ebb/cli/Output") {}

interface Options {
  readonly noColor: boolean
  readonly json: boolean
  readonly observe: (exchange: Exchange) => void
}

/** The output of one run of the program. */
export const make = (io: Io, options: Options): Output["Service"] => {
  const stdout = Terminal.make(io.stdout, io.env, options.noColor)
  const stderr = Terminal.make(io.stderr, io.env, options.noColor)
  const note = (text: string) => Effect.sync(() => io.stderr.write(Terminal.plain(stderr, text)))
  return {
    io,
    stdout,
    stderr,
    json: options.json,
    draws: Terminal.isDrawnOn(io.stdout, io.env, options.noColor) && !options.json,
    result: (text) => Effect.sync(() => io.stdout.write(Terminal.plain(stdout, text))),
    value: (value) => Effect.sync(() => io.stdout.write(`${Json.stringify(value)}\n`)),
    note,
    warn: (sentence) => note(`${Terminal.paint(stderr, "yellow", sentence)}\n`),
    observe: options.observe
  }
}
