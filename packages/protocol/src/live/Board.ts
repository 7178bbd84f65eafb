import type { AppView, Message, RunnerView } from "../rest/Events.ts"
import type { RolloutSummary } from "../rest/Shapes.ts"
import { Drains } from "./Drains.ts"
import { Places } from "./Places.ts"
import { Arrivals } from "./Arrivals.ts"
import { ending, RunnerPasts } from "./RunnerPasts.ts"
import { Series } from "./Series.ts"

/** So long the place of a runner that ended is kept for the next, before the others close up. */
const gapMs = 3000

/** An app with its runners and its past. */
export class Board {
  view: AppView
  readonly runners = new Map<string, RunnerView>()
  readonly places = new Places()
  readonly series = new Series()
  readonly arrivals = new Arrivals()
  private goneAtMs = -Infinity

  constructor(view: AppView) {
    this.view = view
  }

  remove(id: string, atMs: number): void {
    this.runners.delete(id)
    this.places.remove(id)
    this.goneAtMs = atMs
  }

  /** Closes the gaps that runners left, once the last is gone for a while and none is on its way out; answers whether it did. */
  closeGaps(atMs: number): boolean {
    if (!this.places.hasGaps || atMs < this.goneAtMs + gapMs) return false
    for (const { state } of this.runners.values()) if (ending.includes(state)) return false
    this.places.closeUp()
    return true
  }
}

/** What one message changed. */
export interface Change {
  /** A snapshot tells what is there; nothing of it is news. */
  readonly isSnapshot: boolean
  readonly atMs: number
  readonly apps: ReadonlyArray<AppView>
  /** Runners that were told of; `before` is null for one that is new. */
  readonly runners: ReadonlyArray<{ readonly before: RunnerView | null; readonly now: RunnerView }>
  /** Runners that ended. */
  readonly gone: ReadonlyArray<string>
  /** Apps that were deleted. */
  readonly deleted: ReadonlyArray<string>
}

/** The sandbox as the messages of its event stream tell it. Times are wall milliseconds since the epoch. */
export class Boards {
  readonly apps = new Map<string, Board>()
  /** Newest first in {@link rolloutsOf}. */
  readonly rollouts = new Map<string, RolloutSummary>()
  readonly drains = new Drains()
  readonly pasts = new RunnerPasts()
  /** When the sandbox sent the last message, by its clock; null before the first. */
  toldAtMs: number | null = null
  /** Of the last message; null before the first. */
  seq: number | null = null
  /** How far the clock of the sandbox is ahead of the reader's. */
  private aheadMs = 0
  private readonly appOf = new Map<string, Board>()

  /** Puts a message in; every view of the event stream is drawn from what comes of it. */
  fold(message: Message, nowMs: number): Change {
    const { apps, atMs } = message
    this.aheadMs = atMs - nowMs
    this.toldAtMs = atMs
    const isSnapshot = message.type === "snapshot"
    const runners = message.runners.map((now) => ({ before: this.runner(now.id), now }))
    const gone = isSnapshot ? [] : message.gone
    const deleted = isSnapshot ? [] : message.deleted
    if (isSnapshot) this.forget(message)
    for (const alias of deleted) this.bury(alias)
    for (const view of apps) this.takeApp(view, atMs)
    for (const { now } of runners) this.takeRunner(now, isSnapshot)
    if (isSnapshot) {
      for (const history of message.history ?? []) this.apps.get(history.alias)?.series.prepend(history)
    }
    for (const id of gone) this.remove(id, atMs)
    for (const rollout of message.rollouts) this.rollouts.set(rollout.id, rollout)
    this.seq = message.seq
    return { isSnapshot, atMs, apps, runners, gone, deleted }
  }

  private runner(id: string): RunnerView | null {
    return this.appOf.get(id)?.runners.get(id) ?? null
  }

  /** A snapshot is all there is: what it does not name is gone. */
  private forget({ apps, atMs, runners }: Message): void {
    const names = new Set(apps.map(({ alias }) => alias))
    for (const alias of this.apps.keys()) if (!names.has(alias)) this.apps.delete(alias)
    for (const board of this.apps.values()) {
      board.runners.clear()
      board.places.clear()
    }
    const there = new Set(runners.map(({ id }) => id))
    for (const id of this.appOf.keys()) if (!there.has(id)) this.drains.end(id, atMs)
    this.appOf.clear()
    this.pasts.keep(there, atMs)
    for (const [id, rollout] of this.rollouts) if (rollout.state === "running") this.rollouts.delete(id)
  }

  /** Another app may have its name in the same message; its rollouts are told of again when they are over. */
  private bury(alias: string): void {
    this.apps.delete(alias)
    for (const [id, rollout] of this.rollouts)
      if (rollout.state === "running" && aliasOf(rollout) === alias) this.rollouts.delete(id)
  }

  private takeApp(view: AppView, atMs: number): void {
    const board = this.apps.get(view.alias) ?? new Board(view)
    this.apps.set(view.alias, board)
    board.view = view
    board.series.add(atMs, view)
    board.arrivals.add(atMs, view.accepted)
  }

  private takeRunner(runner: RunnerView, wasThere: boolean): void {
    const board = this.apps.get(runner.alias)
    if (board === undefined) return
    this.appOf.set(runner.id, board)
    board.runners.set(runner.id, runner)
    board.places.add(runner.id)
    this.drains.see(runner)
    this.pasts.see(runner, wasThere)
  }

  private remove(id: string, atMs: number): void {
    const board = this.appOf.get(id)
    this.appOf.delete(id)
    board?.remove(id, atMs)
    this.drains.end(id, atMs)
    this.pasts.end(id, atMs)
  }

  /** Closes gaps between runners whose time is over; answers whether any moved. */
  closeGaps(nowMs: number): boolean {
    const atMs = this.atMs(nowMs)
    return [...this.apps.values()].filter((board) => board.closeGaps(atMs)).length > 0
  }

  /** Rollouts of which the stream does not tell: earlier ones, and those that ended or recovered while nobody listened. */
  takeRollouts(rollouts: ReadonlyArray<RolloutSummary>): void {
    for (const rollout of rollouts) {
      const known = this.rollouts.get(rollout.id)
      if (known === undefined || isFurther(rollout, known)) this.rollouts.set(rollout.id, rollout)
    }
  }

  rolloutsOf(alias: string): ReadonlyArray<RolloutSummary> {
    const own = [...this.rollouts.values()].filter((rollout) => aliasOf(rollout) === alias)
    return own.sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt) || numberOf(b) - numberOf(a))
  }

  /** The connection is gone: from here on nothing is known. */
  breakOff(nowMs: number): void {
    for (const board of this.apps.values()) board.series.breakOff(nowMs + this.aheadMs)
  }

  /** What the clock of the sandbox says. */
  atMs(nowMs: number): number {
    return nowMs + this.aheadMs
  }
}

/** Whether the one tells of an end or of a recovery that the other does not know. */
const isFurther = (told: RolloutSummary, known: RolloutSummary): boolean =>
  (told.state !== "running" && known.state === "running") || (known.recoveryMs === null && told.recoveryMs !== null)

const numberOf = ({ id }: RolloutSummary): number => Number(id.replace("r-", ""))

/** `demo`, or outside of main `demo--staging`. */
export const aliasOf = ({ app, env }: Pick<RolloutSummary, "app" | "env">): string =>
  env === "main" ? app : `${app}--${env}`
