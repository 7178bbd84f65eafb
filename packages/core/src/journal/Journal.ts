import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import { Result, Schema } from "effect"
import { Fleet } from "../fleet/Fleet.ts"
import type { FleetPort } from "../fleet/FleetPort.ts"
import type { Request } from "../tables/Request.ts"
import { type InputName, inputNames, record, RecordingPort } from "./Recording.ts"

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

const hashLength = 32

/** The SHA-256 of a text in hex. A world may bring a faster one than the portable one. */
export type Sha256 = (text: string) => string

const portableSha256: Sha256 = (text) => bytesToHex(sha256(utf8ToBytes(text)))

/** `open` is a line without its last brace. */
const closed = (open: string, hash: string): string => `${open},"hash":"${hash}"}`
const opened = (object: object): string => JSON.stringify(object).slice(0, -1)

/** Writes the inputs of a Fleet line by line (docs/journal.md); each line's hash covers all before it and what it caused. */
export class JournalWriter {
  private readonly write: (line: string) => void
  private readonly sha256: Sha256
  private previous = ""
  count = 0

  constructor(header: JournalHeader, write: (line: string) => void, hash: Sha256 = portableSha256) {
    this.write = write
    this.sha256 = hash
    this.line(opened(header), "")
  }

  /** The hash of the last line written: it stands for the whole journal up to there. */
  get hash(): string {
    return this.previous
  }

  /** `args`: the arguments after the time, as JSON. */
  input(name: InputName, atMs: number, args: string, outputs: ReadonlyArray<string>): void {
    this.count++
    this.line(`{"atMs":${atMs},"input":"${name}","args":${args}`, outputs.join("\n"))
  }

  /** The last line of a journal that ends here; the writer itself goes on. */
  endSoFar(): string {
    const open = opened({ inputs: this.count })
    return closed(open, this.chained(`${open}}\n`))
  }

  end(): void {
    this.line(opened({ inputs: this.count }), "")
  }

  private line(open: string, outputs: string): void {
    this.previous = this.chained(`${open}}\n${outputs}`)
    this.write(closed(open, this.previous))
  }

  private chained(text: string): string {
    return this.sha256(`${this.previous}\n${text}`).slice(0, hashLength)
  }
}

/** A Fleet whose inputs a journal is kept of. */
export const recordedFleet = (
  world: FleetPort,
  header: JournalHeader,
  write: (line: string) => void,
  hash?: Sha256
) => {
  const port = new RecordingPort(world)
  const fleet = new Fleet(port, { exitsReported: header.origin === "live" })
  const writer = new JournalWriter(header, write, hash)
  record(fleet, port, (name, atMs, args, outputs) => writer.input(name, atMs, args, outputs))
  return { fleet, writer }
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
  readonly written: Array<string>
  readonly writer: JournalWriter
}

const begin = (line: string, { settled = nothing }: Watch): Replaying => {
  const { hash: _, ...header } = headerOf(line)
  const written: Array<string> = []
  const { fleet, writer } = recordedFleet({ ...deafWorld, settle: settled }, header, (each) => written.push(each))
  compare(written.pop(), line, 1)
  return { fleet, header, written, writer }
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

const again = ({ fleet, written }: Replaying, text: string, line: number): void => {
  const { args, atMs, input } = decoded(Line, text, line, "is not an input of a Fleet")
  // The outputs decide whether these were the arguments of that input: the hash of a wrong line does not come out.
  try {
    Reflect.apply(fleet[input], fleet, [atMs, ...args])
  } catch {
    throw new JournalRejected({ line, problem: differs })
  }
  compare(written.pop(), text, line)
}

const end = ({ writer, written }: Replaying, lines: ReadonlyArray<string>, last: number) => {
  if (lines[last + 1] !== "" || last < 1) throw new JournalRejected({ line: lines.length, problem: endIsMissing })
  decoded(EndLine, lines[last]!, last + 1, endIsMissing)
  writer.end()
  compare(written.pop(), lines[last]!, last + 1)
  return { inputs: writer.count, hash: writer.hash }
}

const compare = (again: string | undefined, text: string, line: number): void => {
  if (again !== text) throw new JournalRejected({ line, problem: differs })
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
