import type { RolloutReport, RolloutRunner } from "@ebb/core/domain/RolloutReport"
import type { AppView, Message, RunnerView } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/sim/Format"
import * as Terminal from "../cli/Terminal.ts"
import * as RolloutText from "../report/RolloutText.ts"

const barLength = 16
const rowsMax = 16
const idLength = 8
const widthMax = 100

type State = RunnerView["state"]
const ending: ReadonlyArray<State> = ["DRAINING", "TERMINATING", "TERMINATED", "DEAD"]

/** A member of the rollout: as it was when the signal came, as it is, and when it was gone. */
interface Member {
  readonly first: RunnerView
  now: RunnerView
  goneAtMs: number | null
}

/** What a rollout looks like, put together of the event stream. Times are wall milliseconds since the epoch. */
export class Picture {
  private readonly members = new Map<string, Member>()
  private readonly started = new Map<string, RunnerView>()
  /** Those that were leaving already: no concern of this rollout. */
  private readonly leaving = new Set<string>()
  private app: AppView | null = null
  private slotsBefore = 0
  private rollout: RolloutSummary | null = null
  private report: RolloutReport | null = null
  private atMs = 0

  /** The rollout has begun; what was there and not ending is in its set (platform rule 8.3). */
  begin(rollout: RolloutSummary): void {
    this.rollout = rollout
  }

  /** It is over. */
  finish(report: RolloutReport): void {
    this.report = report
  }

  get isOver(): boolean {
    return this.rollout !== null && this.rollout.state !== "running"
  }

  take(message: Message): void {
    this.atMs = message.atMs
    for (const view of message.runners) this.see(view, message.type === "snapshot")
    if (message.type === "changes") for (const id of message.gone) this.leave(id)
    this.app = message.apps[0] ?? this.app
    if (message.type === "snapshot") this.slotsBefore = this.app?.slotsReady ?? 0
    this.rollout = message.rollouts.find(({ id }) => id === this.rollout?.id) ?? this.rollout
  }

  /** Time has gone by without a message. */
  advance(ms: number): void {
    this.atMs += ms
  }

  private see(view: RunnerView, isFirst: boolean): void {
    const member = this.members.get(view.id)
    if (member !== undefined) member.now = view
    else if (isFirst && ending.includes(view.state)) this.leaving.add(view.id)
    else if (isFirst) this.members.set(view.id, { first: view, now: view, goneAtMs: null })
    else if (!this.leaving.has(view.id)) this.started.set(view.id, view)
  }

  private leave(id: string): void {
    this.started.delete(id)
    const member = this.members.get(id)
    if (member !== undefined) member.goneAtMs = this.atMs
  }

  render(terminal: Terminal.Terminal): ReadonlyArray<string> {
    const { rollout } = this
    if (rollout === null) return []
    const title = `Rollout ${rollout.id} of ${rollout.app} (${howOf(rollout)})`
    const width = Math.min(terminal.columns ?? 80, widthMax) - 1
    const clock = clockOf(this.atMs - Date.parse(rollout.startedAt))
    return [
      Terminal.paint(terminal, "bold", title) + clock.padStart(Math.max(1, width - title.length)),
      ...this.rows(rollout, terminal),
      this.footer(rollout)
    ]
  }

  private rows(rollout: RolloutSummary, terminal: Terminal.Terminal): ReadonlyArray<string> {
    const rows = [
      ...[...this.members.values()].map((member) => this.memberRow(member, rollout, terminal)),
      ...[...this.started.values()].map((view) => `+ ${columns(view.id, view.state, inFlightOf(view))}`.trimEnd())
    ]
    const left = rows.length - rowsMax
    return left > 0 ? [...rows.slice(0, rowsMax), `  … and ${left} more`] : rows
  }

  private memberRow({ first, goneAtMs, now }: Member, rollout: RolloutSummary, terminal: Terminal.Terminal): string {
    const done = this.report?.runners.find(({ id }) => id === first.id)
    if (done !== undefined && done.endedBy !== null) return `  ${doneRow(done)}`.trimEnd()
    if (goneAtMs !== null) {
      const after = `after ${Format.duration(Math.max(0, goneAtMs - Date.parse(rollout.startedAt)))}`
      return `  ${columns(first.id, "TERMINATED", first.inFlight === 0 ? "idle" : `had ${first.inFlight}`, after)}`
    }
    return `  ${columns(now.id, now.state, inFlightOf(now), this.grace(now, terminal))}`.trimEnd()
  }

  /** How much of its grace period a runner has used. */
  private grace({ graceEndsMs }: RunnerView, terminal: Terminal.Terminal): string {
    const graceMs = this.rollout?.gracePeriodMs ?? 0
    if (graceEndsMs === null || graceMs <= 0) return ""
    const leftMs = Math.min(graceMs, Math.max(0, graceEndsMs - this.atMs))
    const used = Math.round((1 - leftMs / graceMs) * barLength)
    const [on = "", off = ""] = terminal.unicode ? ["█", "░"] : ["#", "."]
    return `${on.repeat(used)}${off.repeat(barLength - used)}   grace ${Math.ceil(leftMs / 1000)} s left`
  }

  private footer({ drained, errored, retried }: RolloutSummary): string {
    const { slotsReady = 0, waiting = 0 } = this.app ?? {}
    const slots = `slots ready ${slotsReady} of ${this.slotsBefore}`
    return `drained ${drained} · errored ${errored} · retried ${retried} · waiting ${waiting} · ${slots}`
  }
}

const columns = (id: string, state: string, inFlight: string, rest = ""): string =>
  `${id.slice(0, idLength)}  ${state.padEnd(13)} ${inFlight.padEnd(13)}  ${rest}`

const inFlightOf = ({ inFlight, state }: RunnerView): string => {
  if (inFlight > 0) return `${inFlight} in flight`
  return state === "IDLE" || ending.includes(state) ? "idle" : ""
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

const doneRow = (runner: RolloutRunner): string => {
  const how = runner.endedBy === null ? "" : endings[runner.endedBy]
  const time = runner.drainMs === null || runner.inFlightAtStart === 0 ? "" : ` in ${Format.duration(runner.drainMs)}`
  return columns(runner.id, "TERMINATED", fatesOf(runner), runner.endedBy === "drained" ? `${how}${time}` : how)
}

const howOf = (rollout: RolloutSummary): string =>
  rollout.order === "stop_first" ? `${rollout.mode}, stop first` : RolloutText.modeOf(rollout)

/** Minutes and seconds. */
const clockOf = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`
}
