import { Clock, Effect } from "effect"
import type { RehearsalSpec } from "../spec/Spec.ts"
import { Backlog } from "./Backlog.ts"
import { Crew } from "./Crew.ts"
import { here, type Jobs, type WorkerLost } from "./Jobs.ts"
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

/** A worker has so many jobs at a time while there are more to come: it need not wait until this thread looks up from its own. */
const jobsOfWorker = 2

class Pool {
  private readonly options: Options
  private readonly backlog: Backlog
  /** The workers, and how many jobs each of them has. */
  private readonly crews = new Map<Crew, number>()
  private isHereFree: boolean
  private readonly waiting = new Set<Resume>()
  /** Whether workers may be started. */
  private isOpen: boolean
  private isClosed = false

  constructor(options: Options, backlog: Backlog) {
    this.options = options
    this.backlog = backlog
    this.isOpen = options.alone === null || options.alone.untilLeftMs === 0
    this.isHereFree = options.alone !== null
  }

  /** So many jobs can be had at a time, those that wait in workers included. */
  get places(): number {
    return this.workersMost * jobsOfWorker + (this.options.alone === null ? 0 : 1)
  }

  private get workersMost(): number {
    return this.options.jobs - (this.options.alone === null ? 0 : 1)
  }

  /** From now on there are as many workers as there is work for. */
  open(): void {
    this.isOpen = true
    this.assign()
  }

  /** A seat, when one is free. */
  readonly seat: Effect.Effect<Seat> = Effect.callback<Seat>((resume) => {
    this.waiting.add(resume)
    this.assign()
    return Effect.sync(() => void this.waiting.delete(resume))
  })

  leave(seat: Seat): void {
    if (seat === "here") this.isHereFree = true
    else if (this.crews.has(seat)) this.crews.set(seat, this.crews.get(seat)! - 1)
    this.assign()
  }

  /** Whoever waits then waits until it is interrupted. */
  close(): void {
    this.isClosed = true
    for (const crew of this.crews.keys()) crew.terminate()
  }

  /** Gives free seats to those who wait. */
  private assign(): void {
    if (this.isClosed) return
    for (const resume of this.waiting) {
      const seat = this.take()
      if (seat === undefined) return
      this.waiting.delete(resume)
      resume(Effect.succeed(seat))
    }
  }

  private take(): Seat | undefined {
    if (this.isHereFree) {
      this.isHereFree = false
      return "here"
    }
    const crew = this.idle() ?? this.hire() ?? (this.backlog.goesOn ? this.withRoom() : undefined)
    if (crew !== undefined) this.crews.set(crew, (this.crews.get(crew) ?? 0) + 1)
    return crew
  }

  private idle(): Crew | undefined {
    for (const [crew, jobs] of this.crews) {
      // A worker may have ended while it had nothing to do.
      if (crew.isGone) this.crews.delete(crew)
      else if (jobs === 0) return crew
    }
    return undefined
  }

  private hire(): Crew | undefined {
    if (!this.isOpen || this.crews.size >= this.workersMost) return undefined
    return new Crew(this.options.start())
  }

  private withRoom(): Crew | undefined {
    for (const [crew, jobs] of this.crews) if (jobs < jobsOfWorker) return crew
    return undefined
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
  const { alone } = options
  const backlog = new Backlog(yield* Clock.currentTimeMillis)
  const pool = yield* Effect.acquireRelease(
    Effect.sync(() => new Pool(options, backlog)),
    (made) => Effect.sync(() => made.close())
  )
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
      const once = Effect.flatMap(restore(pool.seat), (seat) =>
        Effect.ensuring(
          restore(seat === "here" ? doHere(task, spec, input, tell) : seat.run(task, spec, input, tell)),
          Effect.sync(() => pool.leave(seat))
        )
      )
      const done: Effect.Effect<Out, WorkerLost> = Effect.catchTag(once, "Dismissed", () => done)
      return Effect.ensuring(
        done,
        Effect.sync(() => backlog.done())
      )
    })
  return { atOnce: pool.places, expect: (count) => backlog.expect(count), run } satisfies Jobs
})
