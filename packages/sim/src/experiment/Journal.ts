import { journaled, type JournalHeader } from "@ebb/core/journal/Journal"
import * as Replay from "@ebb/core/journal/Replay"
import { decoder } from "@ebb/core/journal/Utf8"
import { Simulation } from "./Simulation.ts"
import type { Mode, RehearsalSpec } from "../spec/Spec.ts"
import { version } from "@ebb/text/Version"

/** The journal of one run, a line at a time without its line end (docs/journal.md). */
export const write = (spec: RehearsalSpec, mode: Mode, seed: number): ReadonlyArray<string> => {
  let text = ""
  const header = { journal: 2, ebb: version, origin: "virtual", mode, seed, spec: spec.text } as JournalHeader
  const { makeFleet, writer } = journaled(header, { write: (lines) => (text += decoder.decode(lines)) })
  new Simulation(spec, mode, seed, makeFleet).run()
  writer.end()
  return text.split("\n").slice(0, -1)
}

/** Runs a journal again; see the core's Replay. */
export const { replay } = Replay
