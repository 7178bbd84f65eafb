import { rolled } from "@ebb/core/domain/ModeWords"
import { Boards, type Change } from "@ebb/protocol/live/Board"
import { ending, type RunnerPast, serving, starting } from "@ebb/protocol/live/RunnerPasts"
import { lostOf, type RolloutReport, type RolloutRunner } from "@ebb/core/domain/RolloutReport"
import type { AppView, Message, RunnerView } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"
import * as Terminal from "../kit/Terminal.ts"
import { cut, elapsed, flow } from "../kit/Lines.ts"
import * as TableLayout from "../kit/TableLayout.ts"
import * as RolloutRows from "./RolloutRows.ts"

const widthMax = 120
/** The two sentences at the end, wrapped, and the prompt. */
const rowsBelow = 4

/** What a rollout looks like, put together of the event stream. Times are wall milliseconds since the epoch. */
export class Picture {
  private readonly boards = new Boards()
  private app: AppView | null = null
  private slotsBefore = 0
  private rollout: RolloutSummary | null = null
  private report: RolloutReport | null = null
  private overAtMs: number | null = null
  /** Somebody left of whom the report knows more. */
  isStale = false

  /** The stream may have told more of it by now than the answer to the command. */
  begin(rollout: RolloutSummary): void {
    // It began before this picture did: how many slots were ready then is in its report.
    if (this.rollout === null && isTakenOver(rollout)) this.isStale = true
    this.rollout = { ...rollout, ...this.boards.rollouts.get(rollout.id) }
    if (this.isOver) this.overAtMs ??= this.boards.toldAtMs
  }

  /** What became of those that have ended. */
  learn(report: RolloutReport): void {
    this.report = report
    if (this.rollout !== null && isTakenOver(this.rollout)) this.slotsBefore = report.capacity.slotsReadyBefore
    this.isStale = false
  }

  /** Whether runners are still starting, so that as many slots may be ready again as before. */
  get isComing(): boolean {
    const states = [...this.boards.apps.values()].flatMap(({ runners }) => [...runners.values()])
    return states.some(({ state }) => starting.includes(state))
  }

  /** Whether as many slots are ready as a rollout found, as far as the stream has told. */
  hasSlots(ofReport: RolloutReport): boolean {
    return (this.app?.slotsReady ?? 0) >= ofReport.capacity.slotsReadyBefore
  }

  /** How long one start may take, in milliseconds of the app. */
  get startLimitMs(): number {
    return (this.app?.scaling.startupTimeoutSeconds ?? 0) * 1000
  }

  get isOver(): boolean {
    return this.rollout !== null && this.rollout.state !== "running"
  }

  /** `nowMs`: the clock of this machine, which may not be the sandbox's. */
  fold(message: Message, nowMs: number): Change {
    const change = this.boards.fold(message, nowMs)
    if (change.gone.length > 0) this.isStale = true
    this.app = change.apps[0] ?? this.app
    if (change.isSnapshot) this.slotsBefore = this.app?.slotsReady ?? 0
    if (this.rollout !== null) this.begin(this.rollout)
    return change
  }

  render(terminal: Terminal.Terminal, size: { readonly columns: number; readonly rows: number }, nowMs: number) {
    const { boards, rollout } = this
    if (rollout === null || boards.toldAtMs === null) return []
    const width = Math.min(size.columns, widthMax + 1) - 1
    const atMs = boards.atMs(nowMs)
    const title = cut(`Rollout ${rollout.id} of ${rollout.app} (${howOf(rollout)})`, width - 6)
    // The rollout is over, and those that start go on.
    const clock = clockOf((this.overAtMs ?? atMs) - Date.parse(rollout.startedAt))
    const footer = flow(this.footer(rollout), width)
    return [
      Terminal.paint(terminal, "bold", title) + clock.padStart(Math.max(1, width - [...title].length)),
      ...this.rows(rollout, { terminal, width, atMs }, Math.max(3, size.rows - 1 - footer.length - rowsBelow)),
      ...footer
    ]
  }

  private rows(rollout: RolloutSummary, place: Omit<RolloutRows.Place, "idLength">, room: number) {
    const members = this.boards.pasts.membersOf(rollout)
    const started = this.boards.pasts.startedIn(rollout)
    const idLength = TableLayout.idLengthOf([...members, ...started].map(({ first }) => first.id))
    const fates = new Map(this.report?.runners.map((runner) => [runner.id, runner]))
    const at = { ...place, idLength }
    const rows = [
      ...members.map((seen) => this.memberRow(seen, rollout, fates.get(seen.first.id), at)),
      ...started.map((seen) => newRow(seen, place.atMs))
    ]
    return RolloutRows.render(rows, at, room)
  }

  private memberRow(
    { first, goneAtMs, now }: RunnerPast,
    rollout: RolloutSummary,
    fate: RolloutRunner | undefined,
    { atMs, terminal, width }: RolloutRows.Place
  ): RolloutRows.Row {
    const row = { id: first.id, isNew: false, view: now }
    if (fate !== undefined && fate.endedBy !== null) {
      const isCut = fate.errored + fate.retried > 0
      const state = "TERMINATED" as const
      const tone = isCut ? ("red" as const) : ("green" as const)
      return { ...row, state, what: fatesOf(fate), ...endOf(fate), rank: isCut ? 2 : 5, tone }
    }
    if (goneAtMs !== null) {
      const after = `after ${Format.duration(Math.max(0, goneAtMs - Date.parse(rollout.startedAt)))}`
      const had = first.inFlight === 0 ? "idle" : `had ${first.inFlight}`
      return { ...row, state: "TERMINATED", what: had, rest: after, rank: 5 }
    }
    const isEnding = ending.includes(now.state)
    const rest = isEnding
      ? RolloutRows.grace(now, { atMs, terminal, width })
      : now.marked
        ? "until its replacement serves"
        : ""
    const what = now.inFlight > 0 ? `${now.inFlight} in flight` : "idle"
    const short = isEnding ? {} : { short: "" }
    return { ...row, state: now.state, what, rest, ...short, rank: isEnding ? 0 : 3 }
  }

  private footer({ drained, errored, retried }: RolloutSummary): ReadonlyArray<string> {
    const { slotsReady = 0, waiting = 0 } = this.app ?? {}
    const hasMore = slotsReady > this.slotsBefore
    const slots = `slots ready ${slotsReady}${hasMore ? `, ${this.slotsBefore} before` : ` of ${this.slotsBefore}`}`
    return [`drained ${drained}`, `errored ${errored}`, `retried ${retried}`, `waiting ${waiting}`, slots]
  }
}

/** One that came since: how long its start will still take, or goes on already, or took. */
const newRow = ({ first, now, readyAtMs }: RunnerPast, atMs: number): RolloutRows.Row => {
  const row = { id: first.id, isNew: true, view: now, state: now.state }
  const what = now.inFlight > 0 ? `${now.inFlight} in flight` : ""
  if (readyAtMs === null) return { ...row, what, ...startOf(first, now, atMs), rank: 1 }
  const short = Format.duration(Math.max(0, readyAtMs - first.sinceMs))
  const rest = serving.includes(now.state) ? { rest: `ready after ${short}`, short } : { rest: "" }
  return { ...row, what, ...rest, rank: 4 }
}

const startOf = (first: RunnerView, { expectedReadyMs }: RunnerView, atMs: number) => {
  const seconds = Math.ceil(((expectedReadyMs ?? 0) - atMs) / 1000)
  if (seconds > 0) return { rest: `ready in about ${elapsed(seconds * 1000)}`, short: `in ${elapsed(seconds * 1000)}` }
  const short = elapsed(atMs - first.sinceMs)
  return { rest: `starting for ${short}`, short }
}

const fatesOf = ({ cancelled, drained, errored, inFlightAtStart, retried }: RolloutRunner): string => {
  if (inFlightAtStart === 0) return "idle"
  const fates = Object.entries({ drained, errored, retried, cancelled }).filter(([, count]) => count > 0)
  return fates.map(([fate, count]) => `${count} ${fate}`).join(", ")
}

const endings: Readonly<Record<NonNullable<RolloutRunner["endedBy"]>, string>> = {
  drained: "drained",
  idle: "",
  startup_cancelled: "start-up cancelled",
  grace_exceeded: "cut at the end of its grace",
  killed: "killed",
  escalated: "killed by the escalation",
  crashed: "crashed",
  expired: "expired"
}

/** One that was still there at the end of its grace lost nothing where its requests had all ended. */
const endingOf = (runner: RolloutRunner): string => {
  const { endedBy } = runner
  if (endedBy === null) return ""
  return endedBy === "grace_exceeded" && lostOf(runner) === 0 ? "killed at the end of its grace" : endings[endedBy]
}

const endOf = (runner: RolloutRunner): Pick<RolloutRows.Row, "rest" | "short"> => {
  const { drainMs, endedBy, inFlightAtStart } = runner
  const rest = endingOf(runner)
  if (endedBy !== "drained" || drainMs === null || inFlightAtStart === 0) return { rest }
  const short = Format.duration(drainMs)
  return { rest: `${rest} in ${short}`, short }
}

const isTakenOver = ({ escalated }: RolloutSummary): boolean => escalated !== undefined

/** The answer to the very command that escalated it may be older than the escalation. */
const howOf = ({ escalated, escalatedAt, mode }: RolloutSummary): string =>
  rolled(mode, escalated !== undefined || escalatedAt !== undefined)

/** Minutes and seconds. */
const clockOf = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`
}
