import { journaled, type JournalHeader } from "@ebb/core/journal/Journal"
import * as Replay from "@ebb/core/journal/Replay"
import { decoder } from "@ebb/core/journal/Utf8"
import { Simulation } from "./Simulation.ts"
import type { Mode, RehearsalSpec } from "../spec/Spec.ts"
import { version } from "@ebb/text/Version"

/**
 * The journal of one run, a line at a time without its line end.
 *
 * @example
 * ```ts
 * import { Journal, Presets, Spec } from "@ebb/sim"
 * import { Result } from "effect"
 *
 * const spec = Result.getOrThrow(Spec.parse(Presets.presets.media, { file: "media", readFile: () => "" }))
 * const lines = Journal.write(spec, "graceful", 1)
 * console.log(`${lines.length} lines, the last is ${lines.at(-1)}`)
 * ```
 */
export const write = (spec: RehearsalSpec, mode: Mode, seed: number): ReadonlyArray<string> => {
  let text = ""
  const header = { journal: 2, ebb: version, origin: "virtual", mode, seed, spec: spec.text } as JournalHeader
  const { makeFleet, writer } = journaled(header, { write: (lines) => (text += decoder.decode(lines)) })
  new Simulation(spec, mode, seed, makeFleet).run()
  writer.end()
  return text.split("\n").slice(0, -1)
}

/** Runs a journal again; see the core's Replay. */
export const replay = Replay.replay
