import { Result, Schema } from "effect"
import { Fleet } from "../fleet/Fleet.ts"
import type { FleetPort } from "../fleet/FleetPort.ts"
import type { Request } from "../tables/Records.ts"
import * as FleetText from "./FleetText.ts"
import { fleetOptionsOf, JournalHeader, JournalRejected } from "./Journal.ts"
import { JournalWriter } from "./JournalWriter.ts"
import type { InputName } from "./RecordedFleet.ts"
import { RecordingPort } from "./RecordingPort.ts"
import { decoder } from "./Utf8.ts"
import { argumentsOf, PortOfVersion1 } from "./Version1.ts"

/** Every input that a line may name. */
const inputs: Readonly<Record<InputName, true>> = {
  addApp: true,
  submit: true,
  resume: true,
  cancel: true,
  answer: true,
  broken: true,
  session: true,
  placed: true,
  pulled: true,
  ready: true,
  startFailed: true,
  exited: true,
  checked: true,
  timer: true,
  rollout: true,
  stopRunner: true,
  killRunner: true,
  scale: true,
  deploy: true,
  setRevision: true,
  secretChanged: true,
  setCapacity: true,
  flush: true,
  holdQueues: true,
  killRevision: true,
  deleteApp: true
}

/** What an input of a journal may be: the names of the methods of the Fleet that it is. */
export const inputNames = Object.keys(inputs) as ReadonlyArray<InputName>

const nothing = (): void => {}

const Line = Schema.Struct({
  atMs: Schema.Finite,
  input: Schema.Literals(inputNames),
  args: Schema.Array(Schema.Json),
  hash: Schema.String
})
const HeaderLine = Schema.Struct({ ...JournalHeader.fields, journal: Schema.Int, hash: Schema.String })
const AnyHeader = Schema.Struct({ journal: Schema.Int })
const EndLine = Schema.Struct({ inputs: Schema.Int, hash: Schema.String })

/** What a journal that was replayed whole contained. */
export interface Replayed {
  readonly header: Omit<JournalHeader, "journal">
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

/**
 * Runs a journal again and compares every output; the first difference is named by its line.
 *
 * @example
 * ```ts
 * import { Replay } from "@ebb/core"
 * import { Journal, Presets, Spec } from "@ebb/sim"
 * import { Result } from "effect"
 *
 * const spec = Result.getOrThrow(Spec.parse(Presets.presets.media, { file: "media", readFile: () => "" }))
 * const journal = `${Journal.write(spec, "replace", 7).join("\n")}\n`
 * console.log(Result.getOrThrow(Replay.replay(journal)).inputs)
 * const changed = Replay.replay(journal.replace('"queued"', '"direct"'))
 * if (Result.isFailure(changed)) console.log(changed.failure.message)
 * ```
 */
export const replay = (text: string, watch: Watch = {}): Result.Result<Replayed, JournalRejected> => {
  const lines = text.split("\n")
  try {
    let replaying = begin(lines[0]!, 1, watch)
    const first = replaying.header
    const last = lines.length - 2
    let inputs = 0
    for (let at = 1; at < last; at++) {
      if (!lines[at]!.startsWith(partEnd)) again(replaying, lines[at]!, at + 1)
      else {
        inputs += endOf(replaying, lines[at]!, at + 1)
        replaying = nextPart(replaying, lines[++at]!, at + 1, watch)
      }
    }
    if (lines[last + 1] !== "" || last < 1) throw new JournalRejected({ line: lines.length, problem: endIsMissing })
    inputs += endOf(replaying, lines[last]!, last + 1)
    return Result.succeed({ inputs, hash: replaying.writer.hash, header: first, fleet: replaying.fleet })
  } catch (error) {
    if (error instanceof JournalRejected) return Result.fail(error)
    throw error
  }
}

interface Replaying {
  readonly header: Omit<JournalHeader, "journal">
  readonly fleet: Fleet
  readonly argumentsOf: typeof argumentsOf
  /** The line that was written last, with its line end. */
  readonly last: () => string
  readonly writer: JournalWriter
}

/** A part ends where the next begins with the Fleet as it stood: it must be the one that the replay has. */
const partEnd = '{"inputs":'

const nextPart = (before: Replaying, text: string, line: number, watch: Watch): Replaying => {
  const next = begin(text, line, watch)
  // Read and written again: earlier versions wrote down what is no part of a Fleet.
  const [written, replayed] = [FleetText.write(next.fleet), FleetText.write(before.fleet)]
  if (written === replayed) return next
  const problem = `begins with another Fleet than the part before ended with: ${difference(written, replayed)}`
  throw new JournalRejected({ line, problem })
}

/** So much is shown on both sides of where two texts begin to differ. */
const shownCharacters = 60

const difference = (written: string, replayed: string): string => {
  let at = 0
  while (written[at] === replayed[at]) at++
  const around = (text: string): string => text.slice(Math.max(0, at - shownCharacters), at + shownCharacters)
  return `from character ${at} on it has ${around(written)}, replayed ${around(replayed)}`
}

const begin = (text: string, line: number, { settled = nothing }: Watch): Replaying => {
  const { hash: _, ...header } = headerOf(text, line)
  let written = ""
  const writer = new JournalWriter(header, { write: (lines) => (written = decoder.decode(lines)) })
  compare(written, text, line)
  const world = { ...deafWorld, settle: settled }
  const isFirst = header.journal === 1
  const port = isFirst ? new PortOfVersion1(world, writer.waiting) : new RecordingPort(world, writer.waiting)
  const fleet =
    header.fleet === undefined ? new Fleet(port, fleetOptionsOf(header)) : readFleet(header.fleet, port, line)
  return { fleet, header, last: () => written, writer, argumentsOf: isFirst ? argumentsOf : (_input, args) => args }
}

const readFleet = (text: string, port: FleetPort, line: number): Fleet => {
  try {
    return FleetText.read(text, port)
  } catch {
    throw new JournalRejected({ line, problem: "begins with a Fleet that this ebb cannot read" })
  }
}

const headerOf = (text: string, line: number): typeof HeaderLine.Type => {
  const problem = "is not the header of a journal"
  const { journal } = decoded(AnyHeader, text, line, problem)
  if (journal === 1 || journal === 2) return decoded(HeaderLine, text, line, problem)
  throw new JournalRejected({ line, problem: `is of journal version ${journal}; this ebb reads versions 1 and 2` })
}

const decoded = <A>(schema: Schema.Decoder<A>, text: string, line: number, problem: string): A => {
  try {
    return Schema.decodeUnknownSync(schema)(JSON.parse(text))
  } catch {
    throw new JournalRejected({ line, problem })
  }
}

/** What stands before the hash of a line. */
const beforeHash = /^(.*),"hash":"[0-9a-f]{32}"\}$/s

const again = (replaying: Replaying, text: string, line: number): void => {
  const { fleet, last, writer } = replaying
  const { args, atMs, input } = decoded(Line, text, line, "is not an input of a Fleet")
  writer.begin()
  writer.waiting.text(`${beforeHash.exec(text)?.[1] ?? ""}}`)
  writer.causes()
  // The outputs decide whether these were the arguments of that input: the hash of a wrong line does not come out.
  try {
    Reflect.apply(fleet[input], fleet, [atMs, ...replaying.argumentsOf(input, args)])
  } catch {
    throw new JournalRejected({ line, problem: differs })
  }
  writer.done()
  writer.flush()
  compare(last(), text, line)
}

/** How many inputs the part had. */
const endOf = ({ last: written, writer }: Replaying, text: string, line: number): number => {
  decoded(EndLine, text, line, endIsMissing)
  writer.end()
  compare(written(), text, line)
  return writer.count
}

const compare = (again: string, text: string, line: number): void => {
  if (again !== `${text}\n`) throw new JournalRejected({ line, problem: differs })
}

const endIsMissing = "the last line, with the number of inputs, is missing"
const differs = "does not come out again: the line, one before it or the rules have changed"

/** A world that does nothing: in a replay all that happens stands in the journal. */
export const deafWorld: FleetPort = {
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
