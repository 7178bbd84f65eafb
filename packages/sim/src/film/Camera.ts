import { EndCause } from "@ebb/core/tables/EndCause"
import type { Request, Runner } from "@ebb/core/tables/Records"
import { Outcome } from "@ebb/core/tables/RequestState"
import { isServing, isStarting, RunnerState } from "@ebb/core/tables/RunnerState"
import type { FleetState } from "@ebb/core/fleet/FleetState"
import type { VirtualWorld, Watcher } from "../world/VirtualWorld.ts"
import { type FilmedAttempt, type FilmedRequest, type FilmedRunner, RunnerScene } from "./Film.ts"

interface Try {
  readonly sendOrder: number
  readonly runner: number
  readonly slot: number
  readonly fromMs: number
  toMs: number | null
  /** When it would be done; Infinity on a runner that hangs. */
  dueMs: number
}

/** Who knows how long a request would still take. */
type Foresight = Pick<VirtualWorld["runners"], "remainingMs">

interface Take {
  readonly atMs: number
  endMs: number | null
  outcome: FilmedRequest["outcome"]
  readonly tries: Array<Try>
}

const outcomes = {
  [Outcome.completed]: "completed",
  [Outcome.errored]: "errored",
  [Outcome.cancelled]: "cancelled"
} as const

const sceneOf = ({
  endCause,
  graceExceeded,
  killed,
  lostRequests,
  marked,
  signalledAtMs,
  state
}: Runner): RunnerScene => {
  if (state === RunnerState.TERMINATED) {
    const isCut = killed || graceExceeded || lostRequests || (signalledAtMs === null && endCause !== EndCause.none)
    return isCut ? RunnerScene.cut : RunnerScene.ended
  }
  if (isServing(state)) return marked ? RunnerScene.marked : RunnerScene.ready
  return isStarting(state) || state === RunnerState.FAILURE_DELAY ? RunnerScene.starting : RunnerScene.draining
}

/** Writes down what comes to pass in a Fleet's first app from the moment it is made: looked through after each event. */
export class Camera implements Watcher {
  private readonly fleet: FleetState
  private readonly foresight: Foresight
  private readonly takes = new Map<number, Take>()
  /** Of each request on a runner its present try. */
  private readonly running = new Map<number, Try>()
  private readonly scenes = new Map<number, Array<[atMs: number, scene: RunnerScene]>>()
  /** Of each runner the slots that are taken. */
  private readonly taken = new Map<number, Set<number>>()
  private seen: number

  constructor(fleet: FleetState, foresight: Foresight) {
    this.fleet = fleet
    this.foresight = foresight
    this.seen = fleet.requestsMade
    const app = fleet.apps[0]
    if (app === undefined) return
    for (const { number, submittedAtMs } of fleet.requestsOf(app)) this.begin(number, submittedAtMs)
    for (let runner = app.firstRunner; runner !== null; runner = runner.next) this.runnerChanged(runner)
    this.look()
  }

  private begin(number: number, atMs: number): Take {
    const take: Take = { atMs, endMs: null, outcome: null, tries: [] }
    this.takes.set(number, take)
    return take
  }

  settled({ number, outcome, submittedAtMs }: Request): void {
    const take = this.takes.get(number) ?? this.begin(number, submittedAtMs)
    take.endMs = this.fleet.nowMs
    take.outcome = outcomes[outcome]
    const present = this.running.get(number)
    if (present !== undefined && outcome === Outcome.completed) present.dueMs = this.fleet.nowMs
    this.over(number)
  }

  runnerChanged(runner: Runner): void {
    const scene = sceneOf(runner)
    const scenes = this.scenes.get(runner.number) ?? []
    if (scenes.at(-1)?.[1] !== scene) scenes.push([this.fleet.nowMs, scene])
    this.scenes.set(runner.number, scenes)
  }

  /** Notes what the last event changed: requests that came, tries that began or were lost, runners that were marked. */
  look(): void {
    const { apps, nowMs, requestsMade } = this.fleet
    const app = apps[0]
    if (app === undefined) return
    while (this.seen < requestsMade) {
      this.seen++
      if (!this.takes.has(this.seen)) this.begin(this.seen, nowMs)
    }
    const underWay = new Set<number>()
    for (let request = app.attempts.first; request !== null; request = request.next) underWay.add(request.sendOrder)
    for (const [number, { sendOrder }] of this.running) if (!underWay.has(sendOrder)) this.over(number)
    for (let request = app.attempts.first; request !== null; request = request.next) this.send(request)
    if (app.marked > 0) for (let one = app.firstRunner; one !== null; one = one.next) this.runnerChanged(one)
  }

  private send(request: Request): void {
    const { number, runner, sendOrder, startedAtMs, submittedAtMs } = request
    if (runner === null || this.running.has(number)) return
    const slots = this.taken.get(runner.number) ?? new Set()
    this.taken.set(runner.number, slots)
    let slot = 0
    while (slots.has(slot)) slot++
    slots.add(slot)
    const { nowMs } = this.fleet
    const dueMs = nowMs + this.foresight.remainingMs(nowMs, request)
    const present: Try = { sendOrder, runner: runner.number, slot, fromMs: startedAtMs, toMs: null, dueMs }
    this.running.set(number, present)
    const take = this.takes.get(number) ?? this.begin(number, submittedAtMs)
    take.tries.push(present)
  }

  private over(number: number): void {
    const present = this.running.get(number)
    if (present === undefined) return
    present.toMs = this.fleet.nowMs
    this.running.delete(number)
    this.taken.get(present.runner)?.delete(present.slot)
  }

  /** So many requests are in the picture so far. */
  get requestsSeen(): number {
    return this.takes.size
  }

  /** What was seen, in whole milliseconds. */
  get runners(): ReadonlyArray<FilmedRunner> {
    return [...this.scenes].map(([number, scenes]) => ({
      number,
      scenes: scenes.map(([atMs, scene]) => [Math.round(atMs), scene])
    }))
  }

  get requests(): ReadonlyArray<FilmedRequest> {
    return [...this.takes.values()]
      .map(({ atMs, endMs, outcome, tries }) => ({
        atMs: Math.round(atMs),
        endMs: rounded(endMs),
        outcome,
        attempts: tries.map(filmed)
      }))
      .sort((a, b) => a.atMs - b.atMs)
  }
}

const filmed = ({ dueMs, fromMs, runner, slot, toMs }: Try): FilmedAttempt => [
  runner,
  slot,
  Math.round(fromMs),
  rounded(toMs),
  rounded(dueMs === Infinity ? null : dueMs)
]

const rounded = (ms: number | null): number | null => (ms === null ? null : Math.round(ms))
