import { defaultPrices } from "@ebb/core/domain/Machine"
import type { RolloutReport, RolloutRunner } from "@ebb/core/domain/RolloutReport"
import { wayOf } from "@ebb/core/domain/RolloutWay"
import * as Rollout from "@ebb/core/fleet/Rollout"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import type { AppState, RolloutRecord } from "@ebb/core/tables/Records"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { Context, Effect, Layer } from "effect"
import { Announcing } from "../kernel/Announcer.ts"
import { Kernel, type LiveFleet } from "../kernel/Kernel.ts"
import * as Turns from "../kernel/Turns.ts"
import { Watching } from "../kernel/Watchers.ts"
import { Sqlite } from "../store/Database.ts"
import { PastRunners, type PastRunnerStore } from "../store/PastRunnerStore.ts"
import { MemberEnds } from "./MemberEnds.ts"
import { RolloutWriter } from "./RolloutWriter.ts"
import { type ListedRollout, RolloutArchive, type RolloutStore, type StoredRollout } from "../store/RolloutStore.ts"

/** No text in a report can have this in it: its quotes are escaped. */
const noRunners = '"runners":[]'

/** Rollouts of this run of the sandbox from the Fleet, earlier ones from disk; numbered through. */
export class RolloutBook {
  private readonly gracePeriodsMs = new WeakMap<RolloutRecord, number>()
  private readonly store: RolloutStore
  private readonly kernel: LiveFleet
  private readonly eventually: (write: () => void) => void
  /** Numbers given before this run. */
  private readonly before: number
  /** Those that are kept as they will always be told. */
  private readonly closed = new WeakSet<RolloutRecord>()
  private readonly finished = new Map<number, Array<() => void>>()
  private readonly writer: RolloutWriter
  /** The sandbox is down: what has not finished was interrupted. */
  private isOver = false

  constructor(store: RolloutStore, kernel: LiveFleet, eventually: (write: () => void) => void) {
    this.store = store
    this.eventually = eventually
    this.kernel = kernel
    this.before = store.last()
    this.writer = new RolloutWriter((record) => this.steps(record), eventually)
  }

  /** The sandbox goes down: what is under way, or not measured to its end, is written down as it now stands, since nobody will know more of it (platform rule 8.6). */
  end(): void {
    this.isOver = true
    this.writer.close()
    for (const record of this.kernel.state.rollouts) if (!isMeasured(record)) this.writer.note(record)
  }

  /** It has changed, and is written down as it then stands. */
  note(record: RolloutRecord): void {
    this.writer.note(record)
  }

  private stateOf({ finishedAtMs, interrupted }: RolloutRecord): RolloutReport["state"] {
    if (interrupted || (this.isOver && finishedAtMs === null)) return "interrupted"
    return finishedAtMs === null ? "running" : "finished"
  }

  idOf(record: RolloutRecord): string {
    return `r-${this.before + record.number}`
  }

  summary(record: RolloutRecord): RolloutSummary {
    const { drained, errored, retried, atStart } = RolloutReports.inFlightOf(record)
    const { clock } = this.kernel.world
    const isoAt = (atMs: number): string => new Date(clock.wallMs(atMs)).toISOString()
    return {
      version: 1,
      id: this.idOf(record),
      app: record.app.name,
      env: record.app.env,
      mode: wayOf(record.order),
      order: record.order,
      state: this.stateOf(record),
      startedAt: isoAt(record.startedAtMs),
      ...(record.escalatedAtMs === null ? {} : { escalatedAt: isoAt(record.escalatedAtMs) }),
      runners: record.members.length,
      ended: record.members.length - record.remaining,
      inFlight: atStart + RolloutReports.inFlightBefore(record),
      drained,
      errored,
      retried,
      recoveryMs: record.recoveredAtMs === null ? null : record.recoveredAtMs - record.startedAtMs,
      slotsMissed: record.slotsReadyBefore - record.slotsReadyLowest,
      gracePeriodMs: this.gracePeriodMs(record)
    }
  }

  /** As it was when the rollout began, and was summed up first: a later deploy may change it. */
  private gracePeriodMs(record: RolloutRecord): number {
    const ms = this.gracePeriodsMs.get(record) ?? record.app.settings.gracePeriodSeconds * 1000
    this.gracePeriodsMs.set(record, ms)
    return ms
  }

  private readonly runnerName = (number: number): string =>
    this.kernel.world.runners.numbered(number)?.id ?? `runner-${number}`

  /** `runners`: those of the report, where they are not to be made. */
  private report(record: RolloutRecord, runners?: ReadonlyArray<RolloutRunner>): RolloutReport {
    const { state, world } = this.kernel
    const { runnerName } = this
    const app = world.apps[record.app.slot]!
    const prices = app.revisions.at(-1)?.prices ?? { currency: "USD", rates: defaultPrices }
    const nowMs = Math.max(state.nowMs, world.clock.nowMs())
    const context = { prices, runnerName, nowMs, ...(runners === undefined ? {} : { runners }) }
    return { ...RolloutReports.make(state, record, context), id: this.idOf(record), state: this.stateOf(record) }
  }

  /**
   * A command is about to begin a rollout, or to escalate others. That is on disk before it happens, and where the disk
   * refuses it does not happen: this throws. Whatever comes of it, one whose report is never written was interrupted.
   */
  announce(app: AppState, command: Rollout.RolloutCommand, nowMs: number): void {
    const escalated = Rollout.escalatedBy(app, command)
    if (escalated.length > 0) {
      const numbers = escalated.map(({ number }) => this.before + number)
      return this.store.escalate(numbers, nowMs, this.kernel.world.clock.wallMs(nowMs))
    }
    const record = Rollout.planned(this.kernel.state, app, command, nowMs)
    this.store.write(this.row(record), JSON.stringify(this.report(record, [])))
  }

  private row(record: RolloutRecord) {
    const { env, name: app, team } = record.app
    const startedAtMs = this.kernel.world.clock.wallMs(record.startedAtMs)
    return { number: this.before + record.number, team, env, app, startedAtMs, summary: this.summary(record) }
  }

  /** Puts into words how a rollout stands; the answer writes it down, and says so. */
  private *steps(record: RolloutRecord): Generator<undefined, () => void> {
    const { runnerName } = this
    const runners: Array<string> = []
    for (const [at, member] of record.members.entries()) {
      if (at > 0 && at % Turns.portion === 0) yield
      runners.push(JSON.stringify(RolloutReports.runnerOf(member, record, { runnerName })))
    }
    if (runners.length > Turns.portion) yield
    const report = JSON.stringify(this.report(record, [])).replace(noRunners, () => `"runners":[${runners.join()}]`)
    const rollout = this.row(record)
    const isLast = isClosed(record)
    return () => {
      // Who asked meanwhile may have been told the last of it.
      if (!this.closed.has(record)) this.store.write(rollout, report)
      if (isLast) this.closed.add(record)
      if (rollout.summary.state === "running") return
      for (const tell of this.finished.get(record.number) ?? []) tell()
      this.finished.delete(record.number)
    }
  }

  /** Newest first, those of this run as they stand now. */
  list(team: string): ReadonlyArray<ListedRollout> {
    return this.store.list(team).map((stored) => {
      const record = this.record(stored.number)
      return record === null ? stored : { ...stored, summary: this.summary(record) }
    })
  }

  /** By its id, or the `last` one; as it stands now. */
  find(team: string, id: string): StoredRollout | null {
    const number = id === "last" ? id : Number(/^r-(\d+)$/.exec(id)?.[1] ?? 0)
    const stored = this.store.find(team, number)
    const record = stored === null ? null : this.record(stored.number)
    if (stored === null || record === null) return stored
    if (this.closed.has(record)) return stored
    const now = { ...stored, summary: this.summary(record), report: this.report(record) }
    if (isClosed(record)) this.close(record, now)
    return now
  }

  /** Nothing of it can change any more: it is kept as it is now told. */
  private close(record: RolloutRecord, rollout: StoredRollout): void {
    this.eventually(() => {
      this.store.save(rollout)
      this.closed.add(record)
    })
  }

  private record(number: number): RolloutRecord | null {
    const { rollouts } = this.kernel.state
    const wanted = number - this.before
    // Numbered through, but that the Fleet has forgotten some of the oldest.
    const at = wanted - (rollouts[0]?.number ?? 0)
    if (rollouts[at]?.number === wanted) return rollouts[at]!
    return rollouts.find((rollout) => rollout.number === wanted) ?? null
  }

  /** Resolves when the rollout is over; at once for one that is. */
  whenFinished(rollout: StoredRollout): Promise<void> {
    const record = this.record(rollout.number)
    if (record === null || record.finishedAtMs !== null) return Promise.resolve()
    return new Promise((resolve) => {
      const waiting = this.finished.get(record.number) ?? []
      this.finished.set(record.number, [...waiting, resolve])
    })
  }
}

/** It is over, its measuring window too, and every request of that has its outcome. */
const isMeasured = ({ finishedAtMs, unsettled, windowEndMs }: RolloutRecord): boolean =>
  finishedAtMs !== null && windowEndMs !== null && unsettled === 0

/** It is measured, and nobody waits for its slots to be back. */
const isClosed = (record: RolloutRecord): boolean => isMeasured(record) && !record.app.rollouts.includes(record)

/**
 * What was under way when the sandbox crashed is over, and with it those of its runners that were left (platform rule 8.6). How
 * one ended after the last that was written of its rollout is not known.
 */
const interruptRunning = (store: RolloutStore, past: PastRunnerStore): void => {
  const state = "interrupted"
  for (const { report, summary, ...rollout } of store.running()) {
    const open = report.runners.filter(({ endedBy }) => endedBy === null)
    const ended = new Set(open.filter(({ id }) => past.hasEnded(id)))
    const runners = report.runners.map((runner): RolloutRunner => {
      const hasCrashed = runner.endedBy === null && !ended.has(runner)
      return hasCrashed ? { ...runner, endedBy: "crashed" } : runner
    })
    store.save({
      ...rollout,
      // Of a large one the summary may be younger than what is written of some of its runners.
      summary: { ...summary, state, ended: runners.length - open.length + ended.size },
      report: { ...report, state, runners }
    })
  }
}

/** Rollouts are written down as they begin, are escalated, finish, recover and are measured, and as their runners end. */
export class Rollouts extends Context.Service<Rollouts, RolloutBook>()("@ebb/runtime/control/Rollouts") {
  static readonly layer = Layer.effect(
    Rollouts,
    Effect.gen(function* () {
      const announcer = yield* Announcing
      const database = yield* Sqlite
      const watchers = yield* Watching
      const store = yield* RolloutArchive
      const kernel = yield* Kernel
      const book = yield* Effect.acquireRelease(
        Effect.sync(() => new RolloutBook(store, kernel, (write) => database.eventually(write))),
        (made) => Effect.sync(() => made.end())
      )
      interruptRunning(store, yield* PastRunners)
      const ends = new MemberEnds<RolloutRecord>((rollout) => book.note(rollout))
      yield* ends.everySecond
      watchers.add({
        runnerChanged: (_, runner) => ends.runnerChanged(runner),
        rolloutChanged: (rollout, how) => {
          // One that begins was announced, and is written down when all its runners have their signal. Its grace period is that of now.
          if (how === "begun") book.summary(rollout)
          else book.note(rollout)
          announcer.rollout(book.idOf(rollout))
        }
      })
      return book
    })
  )
}
