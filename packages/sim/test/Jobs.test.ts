import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as SeedRuns from "@ebb/sim/experiment/SeedRuns"
import * as Jobs from "@ebb/sim/jobs/Jobs"
import type { Order } from "@ebb/sim/jobs/Messages"
import * as WorkerPool from "@ebb/sim/jobs/WorkerPool"
import type { Task } from "@ebb/sim/jobs/Task"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Cause, Deferred, Effect, Exit, Fiber } from "effect"
import { assert, describe, it } from "vitest"
import { broken, deadly, endless } from "./JobsTasks.ts"
import { specOf } from "./SpecOf.ts"

const start = () => new Worker(new URL("./JobsWorker.ts", import.meta.url).href)

const onWorkers = <A, E>(jobs: number, effect: (jobs: Jobs.Jobs) => Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(WorkerPool.make({ jobs, start, alone: null }), effect)))

/** The report with so many workers, and none on this thread. */
const rehearse = (spec: RehearsalSpec, jobs: number, precision?: number) =>
  onWorkers(jobs, (pool) =>
    Effect.provideService(Experiment.run(spec, precision === undefined ? {} : { precision }), Jobs.Jobs, pool)
  )

const spec = (more: object = {}) =>
  specOf({
    scaling: { min_concurrency: 2, max_concurrency: 4 },
    faults: { hang: 0.05 },
    traffic: [{ kind: "direct", arrivals: { poisson: "2/s" }, service: { exponential: { mean: "2s" } } }],
    rollouts: [{ at: "1m" }],
    run: { for: "3m", warmup: "10s", seeds: 5 },
    ...more
  })

describe("work on several threads", () => {
  it.each([1, 2, 4])("gives the same report as on one, byte for byte: %i at a time", async (jobs) => {
    const alone = await Effect.runPromise(Experiment.run(spec()))
    assert.strictEqual(JSON.stringify(await rehearse(spec(), jobs)), JSON.stringify(alone))
  })

  it("takes the same number of seeds to a precision", async () => {
    const forced = spec({ run: { for: "3m", warmup: "10s", seeds: 5, modes: ["force"] } })
    const alone = await Effect.runPromise(Experiment.run(forced, { precision: 0.3 }))
    assert.isAbove(alone.seeds, 5)
    assert.strictEqual(JSON.stringify(await rehearse(forced, 3, 0.3)), JSON.stringify(alone))
  })

  it("sends what the files of a spec gave along with it", async () => {
    const rows = Array.from({ length: 200 }, (_, row) => `${row / 2},${(row % 7) / 2}`)
    const arrivals = { trace: { file: "trace.csv", timestamp: "at" } }
    const traffic = [{ kind: "direct", arrivals, service: { column: "took" } }]
    const files = { "trace.csv": ["at,took", ...rows].join("\n") }
    const traced = specOf({ traffic, rollouts: [{ at: "30s" }], run: { for: "2m", warmup: "5s", seeds: 3 } }, files)
    const alone = await Effect.runPromise(Experiment.run(traced))
    assert.isAbove(alone.modes[0]!.requests.accepted!.mean, 100)
    assert.strictEqual(JSON.stringify(await rehearse(traced, 2)), JSON.stringify(alone))
  })

  it("keeps several specs apart, also when they come again", async () => {
    const specs = [1, 2, 3, 4, 5, 6].map((rate) =>
      spec({ traffic: [{ kind: "direct", arrivals: { poisson: `${rate}/s` } }], run: { for: "2m", seeds: 1 } })
    )
    const order = [0, 1, 2, 3, 4, 5, 0, 5, 2]
    const run = (jobs: Jobs.Jobs) =>
      Effect.forEach(order, (at) => jobs.run(SeedRuns.task, specs[at]!, 1), { concurrency: jobs.atOnce })
    assert.deepStrictEqual(await onWorkers(2, run), await Effect.runPromise(run(Jobs.here)))
  })
})

describe("a worker", () => {
  it("that dies is told in a sentence, and another one goes on", async () => {
    const [lost, next] = await onWorkers(1, (jobs) =>
      Effect.all([Effect.flip(jobs.run(deadly, spec(), null)), jobs.run(SeedRuns.task, spec(), 1)])
    )
    assert.strictEqual(lost.message, "a worker thread ended while it had work to do (deadly): struck by lightning")
    assert.lengthOf(next, 4)
  })

  it("that ended while it had nothing to do is replaced", async () => {
    const started: Array<Worker> = []
    const startOne = () => {
      const worker = start()
      started.push(worker)
      return worker
    }
    const run = Effect.gen(function* () {
      const jobs = yield* WorkerPool.make({ jobs: 1, start: startOne, alone: null })
      yield* jobs.run(SeedRuns.task, spec(), 1)
      yield* Effect.callback<void>((resume) => {
        started[0]!.addEventListener("close", () => resume(Effect.void))
        started[0]!.terminate()
      })
      return yield* jobs.run(SeedRuns.task, spec(), 1)
    })
    assert.lengthOf(await Effect.runPromise(Effect.scoped(run)), 4)
    assert.lengthOf(started, 2)
  })

  it("that cannot be started is told too", async () => {
    const start = () => new Worker(new URL("./NoSuchWorker.ts", import.meta.url).href)
    const run = Effect.flatMap(WorkerPool.make({ jobs: 1, start, alone: null }), (jobs) =>
      Effect.flip(jobs.run(SeedRuns.task, spec(), 1))
    )
    assert.instanceOf(await Effect.runPromise(Effect.scoped(run)), Jobs.WorkerLost)
  })

  it("has the mistakes of its work thrown where the work was asked for", async () => {
    const exit = await onWorkers(1, (jobs) => Effect.exit(jobs.run(broken, spec(), null)))
    assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
  })

  it("is ended when what it does is no longer wanted, whatever it does", async () => {
    const next = await onWorkers(1, (jobs) =>
      Effect.gen(function* () {
        const begun = yield* Deferred.make<void>()
        const tell = () => void Effect.runFork(Deferred.succeed(begun, undefined))
        const fiber = yield* Effect.forkChild(jobs.run(endless, spec(), null, tell))
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(fiber)
        return yield* jobs.run(SeedRuns.task, spec(), 1)
      })
    )
    assert.lengthOf(next, 4)
  })
})

describe("a worker's next job", () => {
  const untilBegun = (jobs: Jobs.Jobs) =>
    Effect.gen(function* () {
      const begun = yield* Deferred.make<void>()
      const tell = () => void Effect.runFork(Deferred.succeed(begun, undefined))
      const fiber = yield* Effect.forkChild(jobs.run(endless, spec(), null, tell))
      yield* Deferred.await(begun)
      return fiber
    })

  it("is there before it has done the one before, while there are more to come", async () => {
    const orders: Array<string> = []
    const startOne = () => {
      const worker = start()
      const post = worker.postMessage.bind(worker)
      worker.postMessage = (order: Order) => {
        if (order.kind === "run") orders.push(order.task)
        post(order)
      }
      return worker
    }
    const run = Effect.gen(function* () {
      const jobs = yield* WorkerPool.make({ jobs: 1, start: startOne, alone: null })
      jobs.expect(3)
      yield* untilBegun(jobs)
      for (const _ of [1, 2]) yield* Effect.forkChild(jobs.run(SeedRuns.task, spec(), 1))
      yield* Effect.yieldNow
    })
    await Effect.runPromise(Effect.scoped(run))
    assert.deepStrictEqual(orders, [endless.name, SeedRuns.task.name])
  })

  it("is done by another worker when this one had to be ended", async () => {
    const done = await onWorkers(1, (jobs) =>
      Effect.gen(function* () {
        jobs.expect(3)
        const fiber = yield* untilBegun(jobs)
        const next = yield* Effect.forkChild(jobs.run(SeedRuns.task, spec(), 1))
        yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
        return yield* Fiber.join(next)
      })
    )
    assert.lengthOf(done, 4)
  })
})

describe("this thread and workers", () => {
  const rehearsed = (start: () => Worker, untilLeftMs: number) => {
    const run = Effect.flatMap(WorkerPool.make({ jobs: 2, start, alone: { untilLeftMs } }), (pool) =>
      Effect.provideService(Experiment.run(spec()), Jobs.Jobs, pool)
    )
    return Effect.runPromise(Effect.scoped(run))
  }

  it("do it alone where little is left to do", async () => {
    const start = (): never => assert.fail("a worker was started")
    assert.strictEqual((await rehearsed(start, 3_600_000)).seeds, 5)
  })

  it("do it together from the start where they are told to", async () => {
    let started = 0
    const startOne = () => {
      started++
      return start()
    }
    assert.strictEqual((await rehearsed(startOne, 0)).seeds, 5)
    assert.strictEqual(started, 1)
  })

  it("do it together once enough is left to do", async () => {
    const run = Effect.gen(function* () {
      const helped = yield* Deferred.make<void>()
      const untilHelped: Task<null, void> = { name: "until helped", run: () => Deferred.await(helped) }
      const startOne = () => {
        Effect.runFork(Deferred.succeed(helped, undefined))
        return start()
      }
      const jobs = yield* WorkerPool.make({ jobs: 2, start: startOne, alone: { untilLeftMs: 1 } })
      const both = [jobs.run(untilHelped, spec(), null), jobs.run(SeedRuns.task, spec(), 1)] as const
      return yield* Effect.all(both, { concurrency: jobs.atOnce })
    })
    assert.lengthOf((await Effect.runPromise(Effect.scoped(run)))[1], 4)
  })
})
