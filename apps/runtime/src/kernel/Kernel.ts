import type { FleetState } from "@ebb/core/fleet/FleetState"
import { journaled } from "@ebb/core/journal/Journal"
import type { JournalSink } from "@ebb/core/journal/JournalWriter"
import { version } from "@ebb/text/Version"
import { Context, Effect, Layer } from "effect"
import { assemble } from "./Assembly.ts"
import { SandboxClock } from "./Clock.ts"
import type { LogLimits } from "./Logs.ts"
import * as Turns from "./Turns.ts"
import { Watching } from "./Watchers.ts"
import type { Measurable, Operations, Simulated, Submissions, World } from "./World.ts"

const digest = new Uint8Array(32)
const sha256 = (bytes: Uint8Array): Uint8Array => {
  Bun.SHA256.hash(bytes, digest)
  return digest
}

const header = {
  journal: 2,
  ebb: version,
  origin: "live",
  mode: null,
  seed: null,
  spec: {},
  runnersAtOnce: Turns.portion
} as const

/** What simulated runners are here. */
export class Simulation extends Context.Service<Simulation, Simulated>()("@ebb/runtime/kernel/Simulation") {}

/** Where the journal of this run is written. */
export class RunJournal extends Context.Service<
  RunJournal,
  {
    readonly sink: JournalSink
    /** All lines so far, and what ends them. */
    readonly export: (end: () => string) => Promise<ReadableStream<Uint8Array>>
    /** Has `begin` called whenever it is time for another part, with what is to be called between the two; null: it never is. */
    readonly onFull: (begin: ((between: () => void) => Promise<void>) | null) => void
    /** Resolves when no part is about to begin. */
    readonly whole: () => Promise<void>
  }
>()("@ebb/runtime/kernel/RunJournal") {}

/** How much is kept of what runners print. */
export class LogKeeping extends Context.Service<LogKeeping, LogLimits>()("@ebb/runtime/kernel/LogKeeping") {}

/** A Fleet, the live world that does what it decides, and the journal of what it was told. */
export interface LiveFleet {
  readonly world: World
  /** What the Fleet knows: to be read, changed by its inputs alone. */
  readonly state: FleetState
  readonly submissions: Submissions
  readonly operations: Operations
  /** For a rehearsal that looks on. */
  readonly measurable: Measurable
  /** The journal of this run so far, with an end of its own: a copy that can be replayed. */
  readonly exportJournal: () => Promise<ReadableStream<Uint8Array>>
}

/** The live fleet; from its release on nothing is decided any more. */
export class Kernel extends Context.Service<Kernel, LiveFleet>()("@ebb/runtime/kernel/Kernel") {
  static readonly layer = Layer.effect(
    Kernel,
    Effect.gen(function* () {
      const clock = yield* SandboxClock
      const journal = yield* RunJournal
      const watcher = yield* Watching
      const { beginPart, makeFleet, writer } = journaled(header, journal.sink, sha256)
      const parts = assemble({
        clock,
        watcher,
        makeFleet,
        simulated: yield* Simulation,
        logLimits: yield* LogKeeping
      })
      const { world } = parts
      yield* Effect.addFinalizer(() =>
        Effect.promise(async () => {
          world.pacer.stop()
          journal.onFull(null)
          await journal.whole()
          writer.end()
        })
      )
      journal.onFull((between) => Turns.steps(beginPart(between)))
      const exportJournal = () => journal.export(() => `${writer.endSoFar()}\n`)
      return { ...parts, state: world.fleet.state, exportJournal }
    })
  )
}
