import { Clock, Effect } from "effect"
import type { RehearsalSpec } from "../spec/Spec.ts"
import { Backlog } from "./Backlog.ts"
import { Crew } from "./Crew.ts"
import { here, type Jobs } from "./Jobs.ts"
import type { WorkerLike } from "./Messages.ts"
import type { Task, Tell } from "./Task.ts"

/** Who makes up a pool. */
export interface Options {
  /** Jobs at a time. */
  readonly jobs: number
  /** Starts a worker that `Serve.serve`s the tasks. */
  readonly start: () => WorkerLike
  /** Whether this thread does jobs too, and from how much work on it has workers help: 0 from the start. */
  readonly alone: { readonly untilLeftMs: number } | null
}

/** Where a job is done: on this thread, or by a worker. */
type Seat = "here" | Crew

type Resume = (seat: Effect.Effect<Seat>) => void

class Pool {
  private readonly options: Options
  private readonly crews = new Set<Crew>()
  private readonly free: Array<Seat> = []
  private readonly waiting = new Set<Resume>()
  /** Whether workers may be started. */
  private isOpen: boolean

  constructor(options: Options) {
    this.options = options
    this.isOpen = options.alone === null || options.alone.untilLeftMs === 0
    if (options.alone !== null) this.free.push("here")
  }

  /** From now on there are as many workers as there is work for. */
  open(): void {
    this.isOpen = true
    this.hire()
  }

  /** A seat, when one is free. */
  readonly seat: Effect.Effect<Seat> = Effect.callback<Seat>((resume) => {
    const seat = this.takeFree()
    if (seat !== undefined) {
      resume(Effect.succeed(seat))
      return Effect.void
    }
    this.waiting.add(resume)
    this.hire()
    return Effect.sync(() => void this.waiting.delete(resume))
  })

  /** A worker may have ended while it had nothing to do. */
  private takeFree(): Seat | undefined {
    const seat = this.free.pop()
    if (seat === undefined || seat === "here" || !seat.isGone) return seat
    this.crews.delete(seat)
    return this.takeFree()
  }

  leave(seat: Seat): void {
    if (seat !== "here" && seat.isGone) {
      this.crews.delete(seat)
      if (this.waiting.size > 0) this.hire()
      return
    }
    const [next] = this.waiting
    if (next === undefined) {
      this.free.push(seat)
      return
    }
    this.waiting.delete(next)
    next(Effect.succeed(seat))
  }

  close(): void {
    for (const crew of this.crews) crew.terminate()
  }

  private hire(): void {
    if (!this.isOpen) return
    const { alone, jobs, start } = this.options
    const most = alone === null ? jobs : jobs - 1
    for (let count = this.waiting.size; count > 0 && this.crews.size < most; count--) {
      const crew = new Crew(start())
      this.crews.add(crew)
      this.leave(crew)
    }
  }
}

/** So often it is looked how much is left. */
const lookEveryMs = 100

/** Lets workers in once so much is left to do that they pay: they take a while to get up to speed. */
const openLater = Effect.fnUntraced(function* (pool: Pool, backlog: Backlog, untilLeftMs: number) {
  do yield* Effect.sleep(lookEveryMs)
  while (backlog.leftMs(yield* Clock.currentTimeMillis) < untilLeftMs)
  pool.open()
})

/** Workers that are started when there is work for them, and ended with the scope. */
export const make = Effect.fnUntraced(function* (options: Options) {
  const pool = yield* Effect.acquireRelease(
    Effect.sync(() => new Pool(options)),
    (made) => Effect.sync(() => made.close())
  )
  const { alone, jobs } = options
  const backlog = new Backlog(yield* Clock.currentTimeMillis)
  if (alone !== null && alone.untilLeftMs > 0) yield* Effect.forkScoped(openLater(pool, backlog, alone.untilLeftMs))
  const doHere: Jobs["run"] = (task, spec, input, tell) =>
    Effect.acquireUseRelease(
      Effect.map(Clock.currentTimeMillis, (nowMs) => backlog.beginHere(nowMs)),
      () => here.run(task, spec, input, tell),
      () => Effect.map(Clock.currentTimeMillis, (nowMs) => backlog.endHere(nowMs))
    )
  const run = <In, Out>(task: Task<In, Out>, spec: RehearsalSpec, input: In, tell: Tell = () => {}) =>
    Effect.uninterruptibleMask((restore) => {
      backlog.ask()
      const done = Effect.flatMap(restore(pool.seat), (seat) =>
        Effect.ensuring(
          restore(seat === "here" ? doHere(task, spec, input, tell) : seat.run(task, spec, input, tell)),
          Effect.sync(() => pool.leave(seat))
        )
      )
      return Effect.ensuring(
        done,
        Effect.sync(() => backlog.done())
      )
    })
  return { atOnce: jobs, expect: (count) => backlog.expect(count), run } satisfies Jobs
})
