import { Schema } from "effect"
import { Fleet } from "../fleet/Fleet.ts"
import type { FleetPort } from "../fleet/FleetPort.ts"
import { type FleetOptions, recoveriesFollowed } from "../fleet/FleetState.ts"
import * as FleetText from "./FleetText.ts"
import { type JournalSink, JournalWriter, type Sha256 } from "./JournalWriter.ts"
import { RecordedFleet } from "./RecordedFleet.ts"
import { RecordingPort } from "./RecordingPort.ts"
import { encoder } from "./Utf8.ts"

/** The first line of a journal: whose inputs these are. */
export const JournalHeader = Schema.Struct({
  journal: Schema.Literal(2),
  ebb: Schema.String,
  origin: Schema.Literals(["virtual", "live"]),
  mode: Schema.NullOr(Schema.String),
  seed: Schema.NullOr(Schema.Int),
  spec: Schema.Json,
  /** A Fleet of today's live worlds is made with it, see its options; one of an earlier version was not. */
  runnersAtOnce: Schema.optionalKey(Schema.Int),
  /** The same; a Fleet of an earlier version followed none. */
  recoveriesFollowed: Schema.optionalKey(Schema.Int),
  /** The Fleet as it stood where this journal begins, in a later part of a long one; without it none had an app yet. */
  fleet: Schema.optionalKey(Schema.String)
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

/** As many rollouts as a live sandbox lists by default: a number that a replay needs to know, so it stands here. */
const rolloutsKept = 1000

/** What the Fleet of a journal was made with. */
export const fleetOptionsOf = ({
  origin,
  recoveriesFollowed: followed = 0,
  runnersAtOnce
}: Pick<JournalHeader, "origin" | "recoveriesFollowed" | "runnersAtOnce">): FleetOptions => {
  const options = { recoveriesFollowed: followed, ...(runnersAtOnce === undefined ? {} : { runnersAtOnce }) }
  return origin === "live" ? { exitsReported: true, rolloutsKept, ...options } : { exitsReported: false, ...options }
}

/** A journal that has its first line, and how its world gets the Fleet whose inputs it is kept of. */
export const journaled = (given: JournalHeader, sink: JournalSink, hash?: Sha256) => {
  const header = { ...given, recoveriesFollowed }
  const writer = new JournalWriter(header, sink, hash)
  let inner: Fleet | null = null
  const makeFleet = (world: FleetPort): Fleet => {
    const port = new RecordingPort(world, writer.waiting)
    inner = new Fleet(port, fleetOptionsOf(header))
    return new RecordedFleet(inner, writer)
  }
  /**
   * Ends the journal and begins another with the Fleet as it stands at the first step: it can be replayed without what was
   * before. The others may come at any time, each between inputs; with the last one `between` is called, and then all is written
   * that came meanwhile.
   */
  function* beginPart(between: () => void): Generator<undefined, void> {
    if (inner === null) return
    writer.endPart()
    yield* writer.head(yield* headOf(header, inner), between)
  }
  return { beginPart, makeFleet, writer }
}

/** What a header with a Fleet consists of, in UTF-8. */
function* headOf(header: JournalHeader, fleet: Fleet): Generator<undefined, ReadonlyArray<Uint8Array>> {
  const text = FleetText.piecesOfNow(fleet)
  const pieces: Array<Uint8Array> = []
  let step = text.next()
  for (; step.done !== true; step = text.next()) {
    if (step.value !== undefined) pieces.push(quoted(step.value))
    yield
  }
  const opened = JSON.stringify({ ...header, fleet: "" }).slice(0, -closing.length)
  return [encoder.encode(opened), quoted(step.value), ...pieces, encoder.encode(closing)]
}

const closing = '"}'

/** A piece of a string of JSON. */
const quoted = (text: string): Uint8Array => encoder.encode(JSON.stringify(text).slice(1, -1))
