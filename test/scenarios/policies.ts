import type { Strategy } from "@ebb/core/fleet/strategy/Strategy"
import { expect } from "vitest"
import { fixed } from "./policies/Fixed.ts"
import { inFlightScaler } from "./policies/InFlightScaler.ts"
import { rolling } from "./policies/Rolling.ts"
import type { Played, Scenario } from "./Scenario.ts"

/** An app of a fixed number of runners whose own way of rolling is that strategy. */
const under = (runners: number, strategy: Strategy): Pick<Scenario, "policies" | "warm"> => ({
  warm: runners,
  policies: { strategies: { stop_first: strategy }, scalers: { fal: fixed(runners) } }
})

const whenOf = ({ log }: Played, what: RegExp): ReadonlyArray<string> =>
  log.filter((line) => what.test(line)).map((line) => line.split(" ")[0]!)
const starts = (played: Played): ReadonlyArray<string> => whenOf(played, / PENDING$/)
const stops = (played: Played): ReadonlyArray<string> => whenOf(played, / (TERMINATING|DRAINING)$/)

const queued = { kind: 1 } as const

/** Strategies and scalers that are not the platform's: each is one file in policies/. */
export const policies: ReadonlyArray<Scenario> = [
  {
    label:
      "K2: four runners, a quarter more and a quarter less: two start and one stops, then two and two, then the last",
    ...under(4, rolling()),
    until: 30,
    play: (stage) => {
      stage.rollout(0)
      for (const at of [0.5, 9, 10.5, 19, 20.5]) stage.note(at, `at ${at}`, () => stage.view.alive())
    },
    check: (played) => {
      expect(starts(played)).toEqual(["0", "0", "10", "10"])
      expect(stops(played)).toEqual(["0", "10", "10", "20"])
      expect(whenOf(played, /rollout 1 finished/)).toEqual(["21"])
      expect(played.reports[0]!.capacity.slotsReadyLowest).toBe(3)
      expect(played.notes["at 9"]).toBe(5)
    }
  },
  {
    label: "K3: the only runner is stopped when another is ready",
    ...under(1, rolling()),
    until: 15,
    play: (stage) => stage.rollout(0),
    check: (played) => {
      expect(starts(played)).toEqual(["0"])
      expect(stops(played)).toEqual(["10"])
      expect(played.reports[0]!.capacity.slotsReadyLowest).toBe(1)
    }
  },
  {
    label: "K5: with minReady 30 s the next step comes 30 s after the new ones are ready",
    ...under(4, rolling({ minReadyMs: 30_000 })),
    until: 90,
    play: (stage) => stage.rollout(0),
    check: (played) => {
      expect(starts(played)).toEqual(["0", "0", "40", "40"])
      expect(stops(played)).toEqual(["0", "40", "40", "80"])
    }
  },
  {
    label: "K6: recreate starts nothing before the last old one has ended",
    ...under(4, rolling({ surge: { percent: 0 }, unavailable: { percent: 100 }, wait: "all_ended" })),
    until: 40,
    play: (stage) => {
      stage.submit(-1, 26, queued)
      stage.rollout(0)
    },
    check: (played) => {
      expect(stops(played).slice(0, 4)).toEqual(["0", "0", "0", "0"])
      expect(starts(played)).toEqual(["26", "26", "26", "26"])
      expect(played.reports[0]!.capacity.recoveryMs).toBe(36_000)
    }
  },
  {
    label: "K7: where ending runners count as existing, the second new one waits until an old one has ended",
    ...under(4, rolling({ countTerminating: true })),
    revision: { gracePeriodSeconds: 120 },
    until: 62,
    play: (stage) => {
      for (const service of [60, 75, 90, 105]) stage.submit(-1, service, queued)
      stage.rollout(0)
    },
    check: (played) => {
      expect(starts(played)).toEqual(["0", "60"])
      expect(stops(played).slice(0, 2)).toEqual(["0", "10"])
    }
  },
  {
    label: "a pause holds the next batch back once the last one is available",
    ...under(2, rolling({ surge: { count: 0 }, unavailable: { count: 1 }, pauseMs: 5000 })),
    until: 30,
    play: (stage) => stage.rollout(0),
    check: (played) => {
      expect(starts(played)).toEqual(["0", "15"])
      expect(stops(played)).toEqual(["0", "15"])
    }
  },
  {
    label: "a scaler that looks by the clock: 50 in flight at 5 each are ten runners, six at the first look",
    policies: { scalers: { fal: inFlightScaler(5) } },
    scaling: { minConcurrency: 2, maxConcurrency: 20 },
    revision: { maxMultiplexing: 25 },
    startsAt: -40,
    until: 24,
    play: (stage) => {
      for (let n = 0; n < 50; n++) stage.submit(0, 60, queued)
      for (const at of [4, 6, 19, 21]) stage.note(at, `at ${at}`, () => stage.view.counts().counted)
    },
    check: ({ notes }) => expect(notes).toEqual({ "at 4": 2, "at 6": 6, "at 19": 6, "at 21": 10 })
  }
]
