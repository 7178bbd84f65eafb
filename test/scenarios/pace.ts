import { expect } from "vitest"
import type { Scenario } from "./Scenario.ts"

/** When requests end, in seconds. */
const ended = (log: ReadonlyArray<string>) =>
  log.filter((line) => / q\d+ \d{3}/.test(line)).map((line) => Number(line.split(" ")[0]))

const one = { scaling: { maxConcurrency: 1 }, revision: { maxMultiplexing: 4 }, warm: 1 } as const

/** How requests on one runner slow each other down (docs/spec.md, interference), and how a new one gets warm. */
export const pace: ReadonlyArray<Scenario> = [
  {
    label: "interference: two at a time proceed at 1 / 1.5, the progress that was made is kept",
    ...one,
    pace: { interference: 0.5, warmUp: null },
    until: 20,
    play: (stage) => {
      // Alone until 4: 6 of 10 left. Together they take 9: at 13 the first is done, and the second has 6 of its 10.
      stage.submit(0, 10)
      stage.submit(4, 10)
    },
    check: ({ log }) => expect(ended(log)).toEqual([13, 17])
  },
  {
    label: "interference: equal requests that come together end together",
    ...one,
    pace: { interference: 1, warmUp: null },
    until: 20,
    play: (stage) => {
      for (let n = 1; n <= 3; n++) stage.submit(1, 4)
    },
    check: ({ log }) => expect(ended(log)).toEqual([13, 13, 13])
  },
  {
    label: "interference: one that waited takes the place of one that is done, and the others keep what they did",
    ...one,
    revision: { maxMultiplexing: 2 },
    pace: { interference: 1, warmUp: null },
    until: 20,
    play: (stage) => {
      // At half the rate the first is done at 8; the second has 2 of its 6 left then, as the third, which begins.
      stage.submit(0, 4)
      stage.submit(0, 6)
      stage.submit(0, 2)
    },
    check: ({ log }) => expect(ended(log)).toEqual([8, 12, 12])
  },
  {
    label: "interference: one that its timeout ends leaves the others their pace",
    ...one,
    revision: { maxMultiplexing: 4, gracePeriodSeconds: 60 },
    scaling: { maxConcurrency: 1, requestTimeoutSeconds: 10 },
    pace: { interference: 1, warmUp: null },
    until: 20,
    play: (stage) => {
      // Alone until 4, then at half the rate: at 10 the first is timed out, and the second has 3 of its 5; 2 more alone.
      stage.submit(0, 100)
      stage.submit(4, 5)
    },
    check: ({ log }) => expect(ended(log)).toEqual([10, 12])
  },
  {
    label: "warm-up: the first two requests of a runner take three times as long",
    scaling: { maxConcurrency: 1 },
    pace: { interference: 0, warmUp: { kind: "requests", requests: 2, factor: 3 } },
    until: 40,
    play: (stage) => {
      // Ready at 10.
      for (let n = 1; n <= 3; n++) stage.submit(0, 2)
    },
    check: ({ log }) => expect(ended(log)).toEqual([16, 22, 24])
  },
  {
    label: "warm-up: for 20 s everything goes at half the pace, what is begun before too",
    scaling: { maxConcurrency: 1 },
    pace: { interference: 0, warmUp: { kind: "time", forMs: 20_000, factor: 2 } },
    until: 60,
    play: (stage) => {
      // Ready at 10, warm at 30: 6 take until 22; of the next 6 4 are done by 30; 6 warm ones take 6.
      for (let n = 1; n <= 3; n++) stage.submit(0, 6)
    },
    check: ({ log }) => expect(ended(log)).toEqual([22, 32, 38])
  },
  {
    label: "a rollout waits for requests that slow each other down, no longer than they take then",
    ...one,
    revision: { maxMultiplexing: 4, gracePeriodSeconds: 60 },
    pace: { interference: 1, warmUp: null },
    until: 40,
    play: (stage) => {
      stage.submit(-2, 5)
      stage.submit(-1, 5)
      stage.rollout(0)
    },
    // From -1 on both go at half the rate: the first, with 4 left then, takes until 7, and the second has 1 left.
    check: ({ log, reports }) => {
      expect(ended(log)).toEqual([7, 8])
      expect(reports[0]!.inFlight).toMatchObject({ atStart: 2, drained: 2 })
    }
  }
]
