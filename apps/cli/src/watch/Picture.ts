import type { AppView, Message, RunnerView } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/sim/Format"
import type { Terminal } from "../cli/Terminal.ts"
import * as RolloutText from "../report/RolloutText.ts"

const barLength = 16
const rowsMax = 16
const idLength = 8

/** A member that has ended, and how long it took from its signal. */
interface Ended {
  readonly id: string
  readonly afterMs: number
}

/** What a rollout looks like, put together of the event stream. Times are wall milliseconds since the epoch. */
export class Picture {
  readonly runners = new Map<string, RunnerView>()
  private readonly ended: Array<Ended> = []
  private app: AppView | null = null
  private rollout: RolloutSummary
  private atMs = 0

  constructor(rollout: RolloutSummary) {
    this.rollout = rollout
  }

  take(message: Message): void {
    this.atMs = message.atMs
    for (const runner of message.runners) this.runners.set(runner.id, runner)
    if (message.type === "changes") for (const id of message.gone) this.end(id)
    this.app = message.apps[0] ?? this.app
    this.rollout = message.rollouts.find(({ id }) => id === this.rollout.id) ?? this.rollout
  }

  private end(id: string): void {
    const runner = this.runners.get(id)
    this.runners.delete(id)
    if (runner?.rollouts.includes(this.rollout.id) === true) {
      this.ended.push({ id, afterMs: this.atMs - Date.parse(this.rollout.startedAt) })
    }
  }

  render(terminal: Terminal): ReadonlyArray<string> {
    const elapsed = this.atMs - Date.parse(this.rollout.startedAt)
    const title = `Rollout ${this.rollout.id} of ${this.rollout.app} (${RolloutText.modeOf(this.rollout)})`
    const clock = Format.duration(Math.max(0, Math.round(elapsed / 100) * 100))
    const width = Math.min(terminal.columns ?? 80, 100) - 1
    return [title.padEnd(width - clock.length) + clock, ...this.rows(terminal), this.footer()]
  }

  private rows(terminal: Terminal): ReadonlyArray<string> {
    const all = [...this.runners.values()]
    const members = all.filter(({ rollouts }) => rollouts.includes(this.rollout.id))
    const others = all.filter(({ rollouts }) => !rollouts.includes(this.rollout.id))
    const rows = [
      ...members.map((runner) => this.member(runner, terminal)),
      ...this.ended.map(
        ({ afterMs, id }) => `  ${id.slice(0, idLength)}  TERMINATED   after ${Format.duration(afterMs)}`
      ),
      ...others.map((runner) => `+ ${runner.id.slice(0, idLength)}  ${runner.state.padEnd(11)}  ${inFlightOf(runner)}`)
    ]
    const left = rows.length - rowsMax
    return left > 0 ? [...rows.slice(0, rowsMax), `  … and ${left} more`] : rows
  }

  private member(runner: RunnerView, terminal: Terminal): string {
    const head = `  ${runner.id.slice(0, idLength)}  ${runner.state.padEnd(11)}  ${inFlightOf(runner).padEnd(13)}`
    if (runner.graceEndsMs === null) return head
    const leftMs = Math.max(0, runner.graceEndsMs - this.atMs)
    const graceMs = Math.max(1, runner.graceEndsMs - Date.parse(this.rollout.startedAt))
    const full = Math.round((1 - leftMs / graceMs) * barLength)
    const [on, off] = terminal.unicode ? ["█", "░"] : ["#", "."]
    return `${head}  ${on!.repeat(full)}${off!.repeat(barLength - full)}   grace ${Math.ceil(leftMs / 1000)} s left`
  }

  private footer(): string {
    const { drained, errored, retried } = this.rollout
    const { slotsReady = 0, waiting = 0 } = this.app ?? {}
    return `drained ${drained} · errored ${errored} · retried ${retried} · waiting ${waiting} · slots ready ${slotsReady}`
  }
}

const inFlightOf = ({ inFlight }: RunnerView): string => (inFlight === 0 ? "idle" : `${inFlight} in flight`)
