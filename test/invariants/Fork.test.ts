import { Fleet } from "@ebb/core/fleet/Fleet"
import { Bytes } from "@ebb/core/journal/Bytes"
import * as FleetText from "@ebb/core/journal/FleetText"
import { journaled } from "@ebb/core/journal/Journal"
import { deafWorld, replay } from "@ebb/core/journal/Replay"
import type { InputName } from "@ebb/core/journal/RecordedFleet"
import { RecordingPort } from "@ebb/core/journal/RecordingPort"
import { decoder } from "@ebb/core/journal/Utf8"
import { NotData } from "@ebb/core/snapshot/Copy"
import { fleetClasses } from "@ebb/core/snapshot/FleetClasses"
import { fleetCopy, fleetCopyOfNow } from "@ebb/core/snapshot/FleetCopy"
import { shared } from "@ebb/core/snapshot/Shared"
import * as Snapshot from "@ebb/core/snapshot/Snapshot"
import * as Journal from "@ebb/sim/experiment/Journal"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import { presets } from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { worldAt, playForked } from "./SmallWorld.ts"
import { story } from "./Story.ts"

const short = ["run.for=12m", "run.warmup=2m", "rollouts=[{at: 6m}, {at: 9m}]"]
const specOf = (text: string, set: ReadonlyArray<string> = short): Spec.RehearsalSpec =>
  Result.getOrThrow(Spec.parse(text, { file: "spec", readFile: () => "", set: [...set] }))

const minutes = 60_000
const modes = ["none", "graceful", "replace", "force"] as const
const reportOf = (run: Simulation): string => JSON.stringify(run.run())
const whole = (spec: Spec.RehearsalSpec, mode: Spec.Mode): string => reportOf(new Simulation(spec, mode, 3))

describe("a fork of a run", () => {
  for (const [name, text] of Object.entries(presets)) {
    it(`of the preset ${name} gives the report of a run of its own, byte for byte, under every mode`, () => {
      const spec = specOf(text, name === "frozen" ? [] : short)
      const before = new Simulation(spec, "none", 3)
      before.advance(before.rolloutAtMs)
      const forks = modes.map((mode) => before.fork(mode))
      const reports = forks.map(reportOf)
      expect(reportOf(before)).toBe(reports[0])
      expect(reports).toEqual(modes.map((mode) => whole(spec, mode)))
    })
  }

  it("in the middle of a rollout goes on as the original does, and the original as if there were none", () => {
    const spec = specOf(presets.llm)
    const original = new Simulation(spec, "replace", 3)
    original.advance(6 * minutes + 4000)
    const fork = original.fork()
    const fromFork = reportOf(fork)
    expect(reportOf(original)).toBe(fromFork)
    expect(fromFork).toBe(whole(spec, "replace"))
  })

  it("takes no other mode once its rollout has begun", () => {
    const run = new Simulation(specOf(presets.llm), "force", 3)
    run.advance(7 * minutes)
    expect(() => run.fork("graceful")).toThrow("has its mode")
  })

  it("is refused where a journal is kept: a journal has one run", () => {
    const header = { journal: 2, ebb: "0", origin: "virtual", mode: null, seed: null, spec: {} } as const
    const { makeFleet } = journaled(header, { write: () => {} })
    expect(() => new Simulation(specOf(presets.media), "none", 1, makeFleet).fork()).toThrow(NotData)
  })
})

describe("a small world at any moment", () => {
  it("goes on as it did, copied or written down and read back: 500 random stories", () => {
    fc.assert(
      fc.property(story, fc.nat({ max: 80 }), (each, forkAt) => {
        const { copied, on, read, whole } = playForked(each, forkAt)
        expect(on).toBe(whole)
        expect(copied).toBe(whole)
        expect(read).toBe(whole)
      }),
      { numRuns: 500, seed: 1 }
    )
  })
})

/** All objects that hang on one. */
const objectsOf = (root: object, except: ReadonlySet<object>): ReadonlySet<object> => {
  const found = new Set([root])
  for (const object of found) {
    const parts = object instanceof Map ? [...object].flat() : object instanceof Set ? object : Object.values(object)
    for (const part of parts) if (typeof part === "object" && part !== null && !except.has(part)) found.add(part)
  }
  return found
}

describe("the Fleet of a small world, copied alone", () => {
  it("is the same at any moment, and has nothing in common with the original: 500 random stories", () => {
    fc.assert(
      fc.property(story, fc.nat({ max: 80 }), (each, happenings) => {
        const original = worldAt(each, happenings).fleet
        const { apps, options, port, rollouts, scalers, strategies } = original.state
        // Those that are over are in common.
        rollouts.splice(0, Infinity, ...apps.flatMap((app) => app.rollouts))
        const copied = fleetCopy(original.state, port)
        expect(FleetText.write(copied)).toBe(FleetText.write(original))
        const cargo = original.state.requests.all.map((request) => request.cargo as object)
        const common = new Set([...shared({ options, scalers, strategies }).keys(), port, ...cargo])
        const own = objectsOf(original, common)
        expect([...objectsOf(copied, common)].filter((object) => own.has(object))).toEqual([])
      }),
      { numRuns: 500, seed: 1 }
    )
  })
})

describe("the Fleet of a small world, copied as of an instant", () => {
  it("is what it was then, though the rest of the copy is made when the original has gone on: 200 random stories", () => {
    fc.assert(
      fc.property(story, fc.nat({ max: 80 }), (each, happenings) => {
        const world = worldAt(each, happenings)
        const { state } = world.fleet
        const whole = fleetCopy(state, state.port)
        const begun = fleetCopyOfNow(state, state.port)
        world.playOn()
        let step = begun.next()
        while (step.done !== true) step = begun.next()
        expect(FleetText.write(step.value)).toBe(FleetText.write(whole))
      }),
      { numRuns: 200, seed: 2 }
    )
  })
})

describe("the Fleet of a small world, written down a piece at a time", () => {
  const textOf = (fleet: Fleet, meanwhile: () => void): string => {
    const pieces = FleetText.piecesOfNow(fleet)
    meanwhile()
    let text = ""
    let step = pieces.next()
    for (; step.done !== true; step = pieces.next()) text += step.value ?? ""
    return step.value + text
  }

  it("is what it was at the instant, the rollouts that are over too, though it has gone on: 500 random stories", () => {
    let dropped = 0
    fc.assert(
      fc.property(story, fc.nat({ max: 80 }), (each, happenings) => {
        const world = worldAt(each, happenings)
        const { apps, rollouts } = world.fleet.state
        dropped += rollouts.length - apps.flatMap((app) => app.rollouts).length
        const whole = FleetText.write(world.fleet)
        expect(textOf(world.fleet, () => world.playOn())).toBe(whole)
      }),
      { numRuns: 500, seed: 3 }
    )
    expect(dropped).toBeGreaterThan(0)
  })
})

describe("a journal whose next part begins while its Fleet goes on", () => {
  const header = { journal: 2, ebb: "0", origin: "virtual", mode: null, seed: null, spec: {} } as const
  const lines = Journal.write(specOf(presets.media), "replace", 3).slice(1, -1)

  it("replays whole, and from the later part on", () => {
    let written = ""
    const { beginPart, makeFleet, writer } = journaled(header, { write: (some) => (written += decoder.decode(some)) })
    const fleet = makeFleet(deafWorld)
    const starts: Array<number> = []
    let beginning: Generator<undefined, void> | null = null
    for (const [at, line] of lines.entries()) {
      const { args, atMs, input }: { args: Array<unknown>; atMs: number; input: InputName } = JSON.parse(line)
      Reflect.apply(fleet[input], fleet, [atMs, ...args])
      if (at === 100 || at === 300) beginning = beginPart(() => starts.push(written.length))
      if (beginning?.next().done === true) beginning = null
      if (at % 7 === 0) writer.flush()
    }
    writer.end()
    expect(starts).toHaveLength(2)
    const whole = Result.getOrThrow(replay(written))
    expect(whole.inputs).toBe(lines.length)
    expect(starts.map((start) => Result.getOrThrow(replay(written.slice(start))).hash)).toEqual([
      whole.hash,
      whole.hash
    ])
  })
})

describe("a Fleet written down in the middle of a journal", () => {
  const lines = Journal.write(specOf(presets.media), "replace", 3).slice(1, -1)
  const classes = { ...fleetClasses, RecordingPort, Bytes }

  const play = (fleet: Fleet, from: number, to: number): string => {
    for (const line of lines.slice(from, to)) {
      const { args, atMs, input }: { args: Array<unknown>; atMs: number; input: InputName } = JSON.parse(line)
      Reflect.apply(fleet[input], fleet, [atMs, ...args])
    }
    const { outputs } = fleet.state.port as RecordingPort
    return decoder.decode(outputs.all.subarray(0, outputs.length))
  }
  const newFleet = (): Fleet => new Fleet(new RecordingPort(deafWorld), { exitsReported: false })

  it.each([1, 100, 500, lines.length - 1])("after %d lines asks for the same as one from the start", (count) => {
    const fleet = newFleet()
    play(fleet, 0, count)
    const { scalers, strategies } = fleet.state
    const common = shared({ deafWorld, scalers, strategies })
    const read = Snapshot.read(Snapshot.write(fleet, classes, common), classes, common) as Fleet
    expect(play(read, count, lines.length)).toBe(play(newFleet(), 0, lines.length))
  })
})
