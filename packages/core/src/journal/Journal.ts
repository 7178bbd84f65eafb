import { Result, Schema } from "effect"
import { Fleet } from "../fleet/Fleet.ts"
import type { FleetPort } from "../fleet/FleetPort.ts"
import type { Request } from "../tables/Request.ts"
import { type JournalSink, JournalWriter, type Sha256 } from "./JournalWriter.ts"
import { decoder } from "./Utf8.ts"
import { inputNames, record, RecordingPort } from "./Recording.ts"

/** The first line of a journal: whose inputs these are. */
export const JournalHeader = Schema.Struct({
  journal: Schema.Literal(1),
  ebb: Schema.String,
  origin: Schema.Literals(["virtual", "live"]),
  mode: Schema.NullOr(Schema.String),
  seed: Schema.NullOr(Schema.Int),
  spec: Schema.Json
})
export type JournalHeader = typeof JournalHeader.Type

/** A journal that is not what a Fleet of this version would have written; `line` counts from 1. */
export class JournalRejected extends Schema.TaggedError<JournalRejected>()("JournalRejected", {
  line: Schema.Int,
  problem: Schema.String
}) {
  override get message(): string {
    return `line ${this.line}: ${this.problem}`
  }
}

/** A journal that has its first line, and how its world gets the Fleet whose inputs it is kept of. */
export const journaled = (header: JournalHeader, sink: JournalSink, hash?: Sha256) => {
  const writer = new JournalWriter(header, sink, hash)
  const makeFleet = (world: FleetPort): Fleet => {
    const port = new RecordingPort(world, writer.waiting)
    const fleet = new Fleet(port, { exitsReported: header.origin === "live" })
    record(fleet, writer)
    return fleet
  }
  return { makeFleet, writer }
}

const nothing = (): void => {}

const Line = Schema.Struct({
  atMs: Schema.Finite,
  input: Schema.Literals(inputNames),
  args: Schema.Array(Schema.Json),
  hash: Schema.String
})
const HeaderLine = Schema.Struct({ ...JournalHeader.fields, hash: Schema.String })
const AnyHeader = Schema.Struct({ journal: Schema.Int })
const EndLine = Schema.Struct({ inputs: Schema.Int, hash: Schema.String })

/** What a journal that was replayed whole contained. */
export interface Replayed {
  readonly header: JournalHeader
  readonly inputs: number
  readonly hash: string
  /** The Fleet as it stands after the last input. */
  readonly fleet: Fleet
}

/** Who looks on while a journal is replayed. */
export interface Watch {
  /** A request has its outcome. */
  readonly settled?: (request: Request) => void
}

/** Runs a journal again and compares every output; the first difference is named by its line. */
export const replay = (text: string, watch: Watch = {}): Result.Result<Replayed, JournalRejected> => {
  const lines = text.split("\n")
  try {
    const replaying = begin(lines[0]!, watch)
    const last = lines.length - 2
    for (let at = 1; at < last; at++) again(replaying, lines[at]!, at + 1)
    return Result.succeed({ ...end(replaying, lines, last), header: replaying.header, fleet: replaying.fleet })
  } catch (error) {
    if (error instanceof JournalRejected) return Result.fail(error)
    throw error
  }
}

interface Replaying {
  readonly header: JournalHeader
  readonly fleet: Fleet
  /** The line that was written last, with its line end. */
  readonly last: () => string
  readonly writer: JournalWriter
}

const begin = (line: string, { settled = nothing }: Watch): Replaying => {
  const { hash: _, ...header } = headerOf(line)
  let written = ""
  const sink: JournalSink = { write: (lines) => (written = decoder.decode(lines)) }
  const { makeFleet, writer } = journaled(header, sink)
  const fleet = makeFleet({ ...deafWorld, settle: settled })
  compare(written, line, 1)
  return { fleet, header, last: () => written, writer }
}

const headerOf = (line: string): typeof HeaderLine.Type => {
  const problem = "is not the header of a journal"
  const { journal } = decoded(AnyHeader, line, 1, problem)
  if (journal === 1) return decoded(HeaderLine, line, 1, problem)
  throw new JournalRejected({ line: 1, problem: `is of journal version ${journal}; this ebb reads version 1` })
}

const decoded = <A>(schema: Schema.Decoder<A>, text: string, line: number, problem: string): A => {
  try {
    return Schema.decodeUnknownSync(schema)(JSON.parse(text))
  } catch {
    throw new JournalRejected({ line, problem })
  }
}

const again = ({ fleet, last, writer }: Replaying, text: string, line: number): void => {
  const { args, atMs, input } = decoded(Line, text, line, "is not an input of a Fleet")
  // The outputs decide whether these were the arguments of that input: the hash of a wrong line does not come out.
  try {
    Reflect.apply(fleet[input], fleet, [atMs, ...args])
  } catch {
    throw new JournalRejected({ line, problem: differs })
  }
  writer.flush()
  compare(last(), text, line)
}

const end = ({ last: written, writer }: Replaying, lines: ReadonlyArray<string>, last: number) => {
  if (lines[last + 1] !== "" || last < 1) throw new JournalRejected({ line: lines.length, problem: endIsMissing })
  decoded(EndLine, lines[last]!, last + 1, endIsMissing)
  writer.end()
  compare(written(), lines[last]!, last + 1)
  return { inputs: writer.count, hash: writer.hash }
}

const compare = (again: string, text: string, line: number): void => {
  if (again !== `${text}\n`) throw new JournalRejected({ line, problem: differs })
}

const endIsMissing = "the last line, with the number of inputs, is missing"
const differs = "does not come out again: the line, one before it or the rules have changed"

/** A world that does nothing: in a replay all that happens stands in the journal. */
const deafWorld: FleetPort = {
  start: nothing,
  send: nothing,
  cancel: nothing,
  terminate: nothing,
  kill: nothing,
  check: nothing,
  settle: nothing,
  close: nothing,
  wake: nothing,
  runnerChanged: nothing,
  rolloutChanged: nothing,
  deployChanged: nothing
}
