import { Schema } from "effect"
import { Fleet } from "../fleet/Fleet.ts"
import type { FleetPort } from "../fleet/FleetPort.ts"
import type { FleetOptions } from "../fleet/FleetState.ts"
import * as FleetText from "./FleetText.ts"
import { type JournalSink, JournalWriter, type Sha256 } from "./JournalWriter.ts"
import { RecordedFleet } from "./RecordedFleet.ts"
import { RecordingPort } from "./RecordingPort.ts"

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
  runnersAtOnce
}: Pick<JournalHeader, "origin" | "runnersAtOnce">): FleetOptions => {
  const portions = runnersAtOnce === undefined ? {} : { runnersAtOnce }
  return origin === "live" ? { exitsReported: true, rolloutsKept, ...portions } : { exitsReported: false, ...portions }
}

/** A journal that has its first line, and how its world gets the Fleet whose inputs it is kept of. */
export const journaled = (header: JournalHeader, sink: JournalSink, hash?: Sha256) => {
  const writer = new JournalWriter(header, sink, hash)
  let inner: Fleet | null = null
  const makeFleet = (world: FleetPort): Fleet => {
    const port = new RecordingPort(world, writer.waiting)
    inner = new Fleet(port, fleetOptionsOf(header))
    return new RecordedFleet(inner, writer)
  }
  /**
   * Ends the journal, has `between` called, and begins another with the Fleet as it stands: it can be replayed without
   * what was before. To be called between inputs.
   */
  const beginPart = (between: () => void): void => {
    writer.end()
    between()
    writer.restart(inner === null ? header : { ...header, fleet: FleetText.write(inner) })
  }
  return { beginPart, makeFleet, writer }
}
