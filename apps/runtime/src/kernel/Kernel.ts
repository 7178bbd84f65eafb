import type { FleetState } from "@ebb/core/fleet/FleetState"
import { journaled } from "@ebb/core/journal/Journal"
import { version } from "@ebb/text/Version"
import { Context, Effect, Layer } from "effect"
import { SandboxClock } from "./Clock.ts"
import { JournalFile } from "./JournalFile.ts"
import { LiveWorld, type Simulated } from "./LiveWorld.ts"
import { Watching } from "./Watchers.ts"

const digest = new Uint8Array(32)
const sha256 = (bytes: Uint8Array): Uint8Array => {
  Bun.SHA256.hash(bytes, digest)
  return digest
}

const header = { journal: 2, ebb: version, origin: "live", mode: null, seed: null, spec: {} } as const

/** What simulated runners are here. */
export class Simulation extends Context.Service<Simulation, Simulated>()("@ebb/runtime/kernel/Simulation") {}

/** A Fleet, the live world that does what it decides, and the journal of what it was told. */
export interface LiveFleet {
  readonly world: LiveWorld
  /** What the Fleet knows: to be read, changed by its inputs alone. */
  readonly state: FleetState
  /** The journal of this run so far, with an end of its own: a copy that can be replayed. */
  readonly exportJournal: () => string
}

const journalOpened = (file: string) =>
  Effect.acquireRelease(
    Effect.sync(() => new JournalFile(file)),
    (journal) => Effect.sync(() => journal.close())
  )

/** The live fleet; from its release on nothing is decided any more. */
export class Kernel extends Context.Service<Kernel, LiveFleet>()("@ebb/runtime/kernel/Kernel") {
  /** `journal`: the file that the journal of this run is written to. */
  static readonly layer = (journal: string) =>
    Layer.effect(
      Kernel,
      Effect.gen(function* () {
        const clock = yield* SandboxClock
        const watchers = yield* Watching
        const file = yield* journalOpened(journal)
        const { makeFleet, writer } = journaled(header, file.sink, sha256)
        const world = new LiveWorld({ clock, watcher: watchers, makeFleet, simulated: yield* Simulation })
        yield* Effect.addFinalizer(() =>
          Effect.sync(() => {
            world.pacer.stop()
            writer.end()
          })
        )
        return { world, state: world.fleet.state, exportJournal: () => `${file.read()}${writer.endSoFar()}\n` }
      })
    )
}
