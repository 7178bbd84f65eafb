import * as Core from "@ebb/core/journal/Journal"
import type { Result } from "effect"
import { type MakeFleet, Simulation } from "./Simulation.ts"
import type { Mode, RehearsalSpec } from "./Spec.ts"
import { version } from "./Version.ts"

/** The journal of one run, a line at a time without its line end (docs/journal.md). */
export const write = (spec: RehearsalSpec, mode: Mode, seed: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const header = { journal: 1, ebb: version, origin: "virtual", mode, seed, spec: spec.text } as Core.JournalHeader
  let end = (): void => {}
  const recorded: MakeFleet = (world) => {
    const { fleet, writer } = Core.recordedFleet(world, header, (line) => lines.push(line))
    end = () => writer.end()
    return fleet
  }
  new Simulation(spec, mode, seed, recorded).run()
  end()
  return lines
}

/** Runs a journal again; see the core's Journal. */
export const replay = (text: string, watch: Core.Watch = {}): Result.Result<Core.Replayed, Core.JournalRejected> =>
  Core.replay(text, watch)
