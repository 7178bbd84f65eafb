import { defaultRevision, defaultScaling, type Revision, type Scaling } from "@ebb/core/domain/App"
import * as Demand from "@ebb/core/fleet/Demand"
import * as FalScaler from "@ebb/core/fleet/scaler/FalScaler"
import { Fleet } from "@ebb/core/fleet/Fleet"
import { plainSubmission } from "@ebb/core/fleet/Intake"
import { type FleetPort, TimerKind } from "@ebb/core/fleet/FleetPort"
import type { Runner } from "@ebb/core/tables/Records"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import { describe, expect, it } from "vitest"

const ignore = (): void => {}

/** A world in which a test brings runners up by hand and requests end when it says so. */
const bench = (scaling: Partial<Scaling>, revision: Partial<Revision> = {}, capacity?: number) => {
  const started: Array<Runner> = []
  const wakes: Array<{
    readonly kind: TimerKind
    readonly slot: number
    readonly epoch: number
    readonly atMs: number
  }> = []
  const world: FleetPort = {
    start: (runner) => started.push(runner),
    send: ignore,
    cancel: ignore,
    terminate: ignore,
    kill: ignore,
    check: ignore,
    settle: ignore,
    close: ignore,
    wake: (kind, slot, epoch, atMs) => wakes.push({ kind, slot, epoch, atMs }),
    runnerChanged: ignore,
    rolloutChanged: ignore,
    deployChanged: ignore
  }
  const fleet = new Fleet(world, { exitsReported: false })
  if (capacity !== undefined) fleet.setCapacity(0, "t", "GPU-H100", capacity)
  fleet.addApp(0, {
    team: "t",
    env: "main",
    name: "app",
    scaling: { ...defaultScaling, ...scaling },
    revision: { ...defaultRevision, machineTypes: ["GPU-H100"], gracePeriodSeconds: 30, ...revision }
  })
  const app = fleet.state.apps[0]!
  const submit = (count: number, nowMs = 0) => {
    for (let n = 0; n < count; n++) fleet.submit(nowMs, 0, plainSubmission(1))
  }
  const setUp = (runner: Runner, nowMs = 0) => {
    fleet.placed(nowMs, runner.slot, runner.epoch, true)
  }
  const bringUp = (runner: Runner, nowMs = 0) => {
    setUp(runner, nowMs)
    fleet.ready(nowMs, runner.slot, runner.epoch)
  }
  const fire = (nowMs: number) => {
    const due = wakes.filter(({ atMs }) => atMs <= nowMs)
    for (const { atMs, epoch, kind, slot } of due) fleet.timer(atMs, kind, slot, epoch)
  }
  return { app, bringUp, fire, fleet, setUp, started, submit, wakes }
}

const inState = (runners: ReadonlyArray<Runner>, state: RunnerState) =>
  runners.filter((runner) => runner.state === state).length

describe("how many runners an app should have (platform rule 3.5)", () => {
  /** In flight and waiting together, runners needed, buffer, runners wanted. */
  type Row = readonly [load: number, needed: number, buffer: number, wanted: number]
  const cases: ReadonlyArray<readonly [string, Partial<Scaling>, maxMultiplexing: number, ReadonlyArray<Row>]> = [
    ["D1", { maxConcurrency: 10 }, 1, [[0, 0, 0, 0]]],
    ["D2", { maxConcurrency: 10 }, 1, [[3, 3, 0, 3]]],
    ["D3", { maxConcurrency: 4 }, 1, [[7, 7, 0, 4]]],
    ["D4", { minConcurrency: 2, maxConcurrency: 10 }, 1, [[0, 0, 0, 2]]],
    [
      "D5",
      { minConcurrency: 3, concurrencyBuffer: 2, maxConcurrency: 10 },
      1,
      [
        [0, 0, 2, 3],
        [1, 1, 2, 3],
        [2, 2, 2, 4],
        [9, 9, 2, 10]
      ]
    ],
    [
      "D6",
      { minConcurrency: 1, concurrencyBuffer: 1, maxConcurrency: 10 },
      1,
      [
        [0, 0, 1, 1],
        [1, 1, 1, 2],
        [10, 10, 1, 10]
      ]
    ],
    [
      "D7",
      { concurrencyBuffer: 2, maxConcurrency: 6 },
      4,
      [
        [0, 0, 2, 2],
        [1, 1, 2, 3],
        [4, 1, 2, 3],
        [5, 2, 2, 4],
        [16, 4, 2, 6],
        [17, 5, 2, 6]
      ]
    ],
    [
      "D8",
      { concurrencyBufferPerc: 20, maxConcurrency: 100 },
      1,
      [
        [0, 0, 0, 0],
        [10, 10, 2, 12],
        [11, 11, 3, 14]
      ]
    ],
    [
      "D9",
      { concurrencyBuffer: 3, concurrencyBufferPerc: 50, maxConcurrency: 100 },
      1,
      [
        [4, 4, 3, 7],
        [10, 10, 5, 15]
      ]
    ],
    ["D10", { concurrencyBufferPerc: 25, maxConcurrency: 100 }, 8, [[24, 3, 1, 4]]]
  ]
  for (const [label, scaling, maxMultiplexing, rows] of cases) {
    it(label, () => {
      const { app } = bench(scaling, { maxMultiplexing })
      const { concurrencyBuffer, concurrencyBufferPerc } = app.scaling
      const found = rows.map(([load]): Row => {
        const needed = FalScaler.needed(load, maxMultiplexing)
        const buffer = FalScaler.buffer(needed, concurrencyBuffer, concurrencyBufferPerc)
        return [load, needed, buffer, Demand.target(app, load)]
      })
      expect(found).toEqual(rows)
    })
  }

  it("the buffer's percentage is of the runners needed, rounded up in integers", () => {
    expect(FalScaler.buffer(10, 0, 20)).toBe(2)
    expect(FalScaler.buffer(11, 0, 20)).toBe(3)
    expect(FalScaler.buffer(1, 0, 1)).toBe(1)
    expect(FalScaler.buffer(0, 0, 1000)).toBe(0)
  })
})

describe("what the autoscaler does (platform rule 3.5)", () => {
  it("D2: three waiting start three", () => {
    const { started, submit } = bench({ maxConcurrency: 10 })
    submit(3)
    expect(started).toHaveLength(3)
  })

  it("D3: two in flight and five waiting start two more, up to the maximum of four", () => {
    const { bringUp, started, submit } = bench({ maxConcurrency: 4 })
    submit(2)
    for (const runner of started.slice()) bringUp(runner)
    submit(5)
    expect(started).toHaveLength(4)
  })

  it("D11: with scaling_delay a request starts a runner only once it is due", () => {
    const { fire, started, submit } = bench({ maxConcurrency: 10, scalingDelaySeconds: 30 })
    submit(1)
    fire(29_999)
    expect(started).toHaveLength(0)
    fire(30_000)
    expect(started).toHaveLength(1)
  })

  it("D12: marked runners do not count toward the maximum", () => {
    const { app, bringUp, fleet, started, submit } = bench({ maxConcurrency: 4 })
    submit(3)
    for (const runner of started.slice()) bringUp(runner)
    fleet.rollout(0, 0, { force: false, order: "replace_first" })
    expect(app).toMatchObject({ marked: 3, starting: 3, counted: 3 })
    submit(2)
    expect(app).toMatchObject({ marked: 3, starting: 4, counted: 4 })
    expect(started).toHaveLength(7)
  })

  it("D13: draining runners count neither as runners nor as volume", () => {
    const { app, bringUp, fleet, started, submit } = bench({ maxConcurrency: 5 })
    submit(5)
    for (const runner of started.slice()) bringUp(runner)
    fleet.rollout(0, 0, { force: false, order: null })
    submit(2)
    expect(app).toMatchObject({ ending: 5, starting: 2, counted: 2 })
  })

  it("D14: without a free machine runners wait in PENDING", () => {
    const { app, bringUp, started, submit } = bench({ maxConcurrency: 10 }, {}, 3)
    submit(2)
    for (const runner of started.slice()) bringUp(runner)
    submit(4)
    expect(app.counted).toBe(6)
    expect(started).toHaveLength(3)
    const waiting = [...app.pool.lines.values()].map(({ first, last }) => [first?.number, last?.number])
    expect(waiting).toEqual([[4, 6]])
  })

  it("D15: requests in retry back-off start nothing until they return", () => {
    const { app, bringUp, fleet, fire, started, submit } = bench({ maxConcurrency: 10 })
    submit(2)
    for (const runner of started.slice()) bringUp(runner)
    fleet.rollout(0, 0, { force: true, order: null })
    expect(app).toMatchObject({ backoff: 2, counted: 0, waiting: 0 })
    fire(1000)
    expect(app).toMatchObject({ backoff: 0, counted: 2, waiting: 2 })
  })

  it("the successors of starts that fail at one instant wait 30 s longer each, 600 s at most (platform rule 2.4)", () => {
    const { fleet, setUp, started, submit, wakes } = bench({ maxConcurrency: 25 })
    submit(25)
    const failing = started.map(({ epoch, slot }) => ({ epoch, slot }))
    for (const runner of started) setUp(runner)
    for (const { epoch, slot } of failing) fleet.startFailed(0, slot, epoch)
    const delays = wakes.filter(({ kind }) => kind === TimerKind.failureDelay).map(({ atMs }) => atMs / 1000)
    expect(delays).toEqual(Array.from({ length: 25 }, (_, n) => Math.min(30 * (n + 1), 600)))
  })

  it("D16: a lowered maximum stops the idle ones first, then the starting one", () => {
    const { app, bringUp, fleet, setUp, started, submit } = bench({ maxConcurrency: 8, minConcurrency: 6 })
    const [first, second, third, fourth, fifth, sixth] = started
    for (const runner of [first, second, third, fourth, fifth]) bringUp(runner!)
    setUp(sixth!)
    submit(2)
    fleet.scale(1, 0, { minConcurrency: 0, maxConcurrency: 2 })
    expect(app.counted).toBe(2)
    expect(inState(started, RunnerState.RUNNING)).toBe(2)
    expect(inState(started, RunnerState.TERMINATING)).toBe(4)
  })
})
