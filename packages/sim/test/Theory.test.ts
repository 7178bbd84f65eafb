import { Simulation } from "@ebb/sim/experiment/Simulation"
import { assert, describe, it } from "vitest"
import { CountingFleet } from "./CountingFleet.ts"
import { erlangC, finiteQueue, lognormalMoments, pollaczekKhinchine } from "./Queueing.ts"
import { specOf } from "./SpecOf.ts"

/** A queue as theory draws it: a fixed number of servers that are always there, Poisson arrivals, nobody gives up. */
interface Queue {
  readonly runners: number
  readonly multiplexing: number
  readonly perSecond: number
  readonly service: unknown
  readonly kind: "direct" | "queued"
  readonly maxQueueLength?: number
  readonly interference?: number
  /** Length of one run, and from when on it counts, in seconds: the run starts empty. */
  readonly forS: number
  readonly warmupS: number
}

const direct = { multiplexing: 1, kind: "direct" } as const
const second = { exponential: { mean: "1s" } }

const specFor = ({
  forS,
  interference = 0,
  kind = "direct",
  maxQueueLength,
  multiplexing = 1,
  perSecond,
  runners,
  service,
  warmupS
}: Queue) =>
  specOf({
    app: { max_multiplexing: multiplexing, startup_timeout: "8760h", request_timeout: "8760h" },
    scaling: { min_concurrency: runners, max_concurrency: runners },
    runner: { scheduling: "0s", setup: "0s", interference },
    traffic: [
      {
        kind,
        arrivals: { poisson: `${perSecond}/s` },
        service,
        ...(maxQueueLength === undefined ? {} : { max_queue_length: maxQueueLength })
      }
    ],
    rollouts: [],
    run: { for: `${forS}s`, warmup: `${warmupS}s`, modes: ["none"] }
  })

/** One run, in the terms of theory; times in seconds. */
const observe = (queue: Queue, seed: number) => {
  const spec = specFor(queue)
  const [fromMs, toMs] = [queue.warmupS * 1000, queue.forS * 1000]
  let counted: CountingFleet | null = null
  const simulation = new Simulation(spec, "none", seed, (world) => (counted = new CountingFleet(world, fromMs)))
  const { latencyMs, queueWaitMs, requests } = simulation.run()
  const fleet = counted!
  fleet.advance(toMs)
  const seconds = (toMs - fromMs) / 1000
  return {
    arrivals: fleet.arrivals,
    waitProbability: fleet.waited / requests.accepted,
    refusedShare: fleet.refused / fleet.arrivals,
    meanWait: queueWaitMs.whole!.mean / 1000,
    meanStay: latencyMs.whole!.mean / 1000,
    acceptedPerSecond: requests.accepted / seconds,
    meanWaiting: fleet.waitingMs / 1000 / seconds,
    meanPresent: fleet.presentMs / 1000 / seconds
  }
}
type Observation = ReturnType<typeof observe>

const seeds = Array.from({ length: 10 }, (_, index) => index + 1)

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Student's t for a 99.9 % interval with 9 degrees of freedom, from the tables. */
const t9 = 4.781

/** Half the width of the 99.9 % t-interval of the mean over the ten seeds. */
const halfWidth = (values: ReadonlyArray<number>): number => {
  const middle = mean(values)
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)
  return t9 * Math.sqrt(variance / values.length)
}

/** The theory lies in the seeds' 99.9 % interval, and that interval is narrow enough to tell another theory apart. */
const confirm = (what: string, expected: number, values: ReadonlyArray<number>, narrow = 0.15): void => {
  const half = halfWidth(values)
  assert.closeTo(mean(values), expected, half, what)
  assert.isAtMost(half, narrow * expected, `${what}: the interval is too wide to say anything`)
}

/** Little's law L = lambda W in every run, for the line and for the whole system, but for who stands at its two ends. */
const confirmLittle = (runs: ReadonlyArray<Observation>): void => {
  for (const { acceptedPerSecond, meanPresent, meanStay, meanWait, meanWaiting } of runs) {
    assert.closeTo(meanPresent / (acceptedPerSecond * meanStay), 1, 0.002, "in the system")
    if (meanWaiting > 0) assert.closeTo(meanWaiting / (acceptedPerSecond * meanWait), 1, 0.005, "in line")
  }
}

describe("M/M/c: Erlang's C formula and Little's law", () => {
  it.each<Queue>([
    { ...direct, runners: 1, perSecond: 0.5, service: second, forS: 50_000, warmupS: 500 },
    { ...direct, runners: 1, perSecond: 0.9, service: second, forS: 200_000, warmupS: 5000 },
    { ...direct, runners: 4, perSecond: 2, service: second, forS: 20_000, warmupS: 500 },
    { ...direct, runners: 4, perSecond: 3.6, service: second, forS: 30_000, warmupS: 1000 },
    { ...direct, runners: 4, perSecond: 3.6, service: second, kind: "queued", forS: 30_000, warmupS: 1000 },
    { ...direct, runners: 1, perSecond: 3.6, service: second, multiplexing: 4, forS: 30_000, warmupS: 1000 },
    { ...direct, runners: 100, perSecond: 90, service: second, forS: 3500, warmupS: 200 }
  ])("runners: $runners, slots of each: $multiplexing, $kind requests a second: $perSecond", (queue) => {
    const runs = seeds.map((seed) => observe(queue, seed))
    const servers = queue.runners * queue.multiplexing
    const theory = erlangC(servers, queue.perSecond / servers)
    confirm(
      "who waits",
      theory.waitProbability,
      runs.map(({ waitProbability }) => waitProbability)
    )
    confirm(
      "mean wait",
      theory.meanWait,
      runs.map(({ meanWait }) => meanWait)
    )
    confirm(
      "mean stay",
      theory.meanWait + 1,
      runs.map(({ meanStay }) => meanStay)
    )
    confirmLittle(runs)
  })

  it("a hundred runners at half their load let nobody wait", () => {
    const queue: Queue = { ...direct, runners: 100, perSecond: 50, service: second, forS: 4000, warmupS: 200 }
    assert.isBelow(erlangC(100, 0.5).waitProbability, 1e-7)
    const runs = seeds.slice(0, 2).map((seed) => observe(queue, seed))
    for (const { arrivals, waitProbability } of runs) {
      assert.isAbove(arrivals, 180_000)
      assert.strictEqual(waitProbability, 0)
    }
    confirmLittle(runs)
  })
})

describe("M/G/1: the Pollaczek-Khinchine formula and Little's law", () => {
  it.each([
    ["lognormal", { lognormal: { p50: "1s", p99: "5s" } }, lognormalMoments(1, 5)],
    ["lognormal with a long tail", { lognormal: { p50: "1s", p99: "10s" } }, lognormalMoments(1, 10)],
    ["constant", "1s", { mean: 1, secondMoment: 1 }],
    ["uniform", { uniform: { min: "0s", max: "2s" } }, { mean: 1, secondMoment: 4 / 3 }],
    ["gamma with twice the spread", { gamma: { mean: "1s", cv: 2 } }, { mean: 1, secondMoment: 5 }]
  ] as const)("a service time that is %s", (_, service, { mean: meanService, secondMoment }) => {
    const perSecond = Number((0.7 / meanService).toFixed(4))
    const runs = seeds.map((seed) =>
      observe({ ...direct, runners: 1, perSecond, service, forS: 100_000, warmupS: 2000 }, seed)
    )
    const theory = pollaczekKhinchine(perSecond, meanService, secondMoment)
    confirm(
      "who waits",
      theory.waitProbability,
      runs.map(({ waitProbability }) => waitProbability)
    )
    confirm(
      "mean wait",
      theory.meanWait,
      runs.map(({ meanWait }) => meanWait)
    )
    confirmLittle(runs)
  })
})

describe("M/PS/1: processor sharing", () => {
  // With an interference of 1 each of n requests proceeds at 1 / n. The mean stay is 1 / (μ − λ), whatever the spread.
  it.each([
    ["exponential", second, 0.5],
    ["exponential", second, 0.7],
    ["exponential", second, 0.8],
    ["constant", "1s", 0.7],
    ["gamma with twice the spread", { gamma: { mean: "1s", cv: 2 } }, 0.7]
  ] as const)("a service time that is %s (%j), load %d", (_, service, load) => {
    const queue: Queue = {
      ...direct,
      runners: 1,
      multiplexing: 10_000,
      interference: 1,
      perSecond: load,
      service,
      forS: 40_000,
      warmupS: 1000
    }
    const runs = seeds.map((seed) => observe(queue, seed))
    for (const { waitProbability } of runs) assert.strictEqual(waitProbability, 0)
    confirm(
      "mean stay",
      1 / (1 - load),
      runs.map(({ meanStay }) => meanStay)
    )
  })
})

describe("M/M/c/K: blocking by the greatest queue length that callers accept, and Little's law", () => {
  // A submit is refused when more than N wait (platform rule 4.2), so N + 1 may wait and c run.
  it.each([
    [1, 0, 0.8],
    [4, 5, 1.2],
    [4, 0, 0.9]
  ])("%d runners, at most %d waiting, load %d", (runners, maxQueueLength, load) => {
    const perSecond = runners * load
    const runs = seeds.map((seed) =>
      observe(
        { ...direct, runners, perSecond, kind: "queued", service: second, maxQueueLength, forS: 20_000, warmupS: 200 },
        seed
      )
    )
    const places = runners + maxQueueLength + 1
    const chances = finiteQueue(runners, places, load)
    const present = chances.reduce((sum, chance, n) => sum + chance * n, 0)
    confirm(
      "refused",
      chances[places]!,
      runs.map(({ refusedShare }) => refusedShare)
    )
    confirm(
      "in the system",
      present,
      runs.map(({ meanPresent }) => meanPresent)
    )
    confirmLittle(runs)
  })
})
