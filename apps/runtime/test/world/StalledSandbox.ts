import { type App, defaultRevision, defaultScaling } from "@ebb/core/domain/App"
import type { Fleet } from "@ebb/core/fleet/Fleet"
import type { Request, Runner } from "@ebb/core/tables/Records"
import { plainSubmission } from "@ebb/core/fleet/Intake"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import { journaled } from "@ebb/core/journal/Journal"
import * as Replay from "@ebb/core/journal/Replay"
import { RequestKind } from "@ebb/core/tables/RequestState"
import { limits } from "@ebb/runtime/edge/Limits"
import { assemble } from "@ebb/runtime/kernel/Assembly"
import { LiveApp } from "@ebb/runtime/kernel/LiveApp"
import { LiveRequest, type Settled } from "@ebb/runtime/kernel/LiveRequest"
import { StartTimes } from "@ebb/runtime/kernel/StartTimes"
import { simulated } from "@ebb/runtime/runners/simulated/SimulatedDriver"
import { Result } from "effect"
import { Hands } from "../Hands.ts"

const nothing = (): void => {}
const prices = { currency: "USD", rates: {} }

/** A live world with a clock that stands where it is put, and an app whose runners are processes: a test says what these do. */
export class StalledSandbox {
  readonly clock = new Hands()
  /** What the processes were told, with the wall time and with the time of the Fleet where that is another. */
  readonly asked: Array<string> = []
  readonly settled: Array<Settled> = []
  private journal = ""
  private readonly journaled = journaled(
    { journal: 2, ebb: "test", origin: "live", mode: null, seed: null, spec: {}, runnersAtOnce: 500 },
    { write: (lines) => (this.journal += new TextDecoder().decode(lines)) }
  )
  private readonly places = new Map<number, { readonly slot: number; readonly epoch: number }>()
  private readonly live = assemble({
    clock: this.clock,
    watcher: {
      runnerStarts: nothing,
      runnerChanged: nothing,
      sent: nothing,
      retried: nothing,
      settled: (_request, settled) => void this.settled.push(settled),
      rolloutChanged: nothing,
      deployChanged: nothing
    },
    makeFleet: this.journaled.makeFleet,
    simulated,
    logLimits: limits
  })
  readonly world = this.live.world
  readonly app = new LiveApp({ id: "app", slot: 0, team: "me", env: "main", name: "app", auth: "private" })

  constructor(scaling: Partial<App["scaling"]>, revision: Partial<App["revision"]>) {
    const settings = { ...defaultRevision, ...revision }
    const app = { team: "me", env: "main", name: "app", scaling: { ...defaultScaling, ...scaling }, revision: settings }
    this.world.apps[0] = this.app
    const identity = { id: "revision", createdAtMs: 0, state: "ready", spec: {}, files: {}, said: null } as const
    const kept = { folder: "", problem: null, startTimes: new StartTimes(), prices }
    this.app.revisions.push({
      ...identity,
      ...kept,
      scaling: app.scaling,
      inFleet: { number: 1, settings },
      profile: simulated.profile(this.world.runners, () => 0),
      processes: {
        stopSignal: "SIGTERM",
        shell: () => {
          throw new Error("no shell")
        },
        fault: nothing,
        answerOf: () => null,
        runners: {
          start: (runner) => this.heard("start", runner),
          send: (request) => this.heard("send", request),
          terminate: (runner) => this.heard("terminate", runner),
          kill: (runner) => this.heard("kill", runner),
          cancel: nothing,
          check: nothing,
          close: nothing,
          runnerChanged: nothing
        }
      }
    })
    this.world.input((fleet, nowMs) => fleet.addApp(nowMs, app))
  }

  private heard(what: "start" | "send" | "terminate" | "kill", { epoch, number, slot }: Runner | Request): void {
    const { nowMs } = this.world.fleet.state
    const stamp = nowMs === this.clock.at ? "" : ` stamped ${nowMs}`
    this.asked.push(`${what} ${number} at ${this.clock.at}${stamp}`)
    if (what === "start" || what === "send") this.places.set(what === "start" ? number : -number, { slot, epoch })
  }

  /** The clock goes on to there, and nothing comes to pass by itself before something else does. */
  at(atMs: number): this {
    this.clock.at = atMs
    return this
  }

  /** What is due comes to pass. */
  look(): void {
    this.world.input(nothing)
  }

  private tell(key: number, what: (fleet: Fleet, nowMs: number, slot: number, epoch: number) => void): void {
    const { epoch, slot } = this.places.get(key)!
    this.world.tell((fleet, nowMs) => what(fleet, nowMs, slot, epoch))
  }

  /** The process of that runner is there. */
  placed(runner: number): void {
    this.tell(runner, (fleet, nowMs, slot, epoch) => fleet.placed(nowMs, slot, epoch, true))
  }

  ready(runner: number): void {
    this.tell(runner, (fleet, nowMs, slot, epoch) => fleet.ready(nowMs, slot, epoch))
  }

  exited(runner: number): void {
    this.tell(runner, (fleet, nowMs, slot, epoch) => fleet.exited(nowMs, slot, epoch))
  }

  /** The process answers the request of that number. */
  answers(request: number, status = 200): void {
    this.tell(-request, (fleet, nowMs, slot, epoch) => fleet.answer(nowMs, slot, epoch, status))
  }

  /** It closes the connection half-way through its answer. */
  breaks(request: number): void {
    this.tell(-request, (fleet, nowMs, slot, epoch) => fleet.broken(nowMs, slot, epoch, "incomplete"))
  }

  request(kind: RequestKind = RequestKind.direct): LiveRequest {
    const call = { method: "POST", path: "/", headers: new Headers(), body: null }
    const caller = { sent: nothing, begin: () => null, settled: nothing }
    const given = { id: crypto.randomUUID(), app: this.app, kind, call, caller, callerId: null }
    const request = new LiveRequest({ ...given, serviceMs: 0, submittedAtMs: this.clock.at })
    this.live.submissions.submit(request, plainSubmission(kind))
    return request
  }

  rollout(order: "stop_first" | "replace_first"): void {
    this.world.input((fleet, nowMs) => fleet.rollout(nowMs, 0, { force: false, order }))
  }

  /** Of the first rollout. */
  get report() {
    const { state } = this.world.fleet
    return RolloutReports.make(state, state.rollouts[0]!, { prices, runnerName: (number) => `runner-${number}` })
  }

  /** The kinds and times of the timers that a dry run would begin with. */
  timers(): ReadonlyArray<readonly [kind: number, atMs: number]> {
    return this.live.measurable
      .timers()()
      .map(({ atMs, kind }) => [kind, atMs] as const)
  }

  /** Ends it: whether its journal comes out again. */
  replays(): boolean {
    this.world.pacer.stop()
    this.journaled.writer.end()
    return Result.isSuccess(Replay.replay(this.journal))
  }
}
