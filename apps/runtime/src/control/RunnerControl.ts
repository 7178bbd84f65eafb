import { appFaults, runnerFaults, startFaults } from "@ebb/protocol/rest/Faults"
import type { Fault } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import { Announcing } from "../kernel/Announcer.ts"
import { currentRevision } from "../kernel/CurrentRevision.ts"
import { Kernel } from "../kernel/Kernel.ts"
import type { LiveRunner } from "../kernel/LiveRunner.ts"
import type { TerminalSize } from "../kernel/ShellSession.ts"
import * as Find from "./Find.ts"
import type { Principal } from "./Principal.ts"
import { type Refused, refuse } from "./Refused.ts"
import * as Views from "./Views.ts"

const dayMs = 86_400_000

/** Wall milliseconds from an ISO text; `otherwise` without one. */
const timeOf = (name: string, given: string | undefined, otherwise: number): Effect.Effect<number, Refused> => {
  if (given === undefined) return Effect.succeed(otherwise)
  const atMs = Date.parse(given)
  return Number.isNaN(atMs)
    ? Effect.fail(refuse("INVALID_ARGUMENT", `${name} must be an ISO time, got '${given}'`))
    : Effect.succeed(atMs)
}

/** A wall time, null without one; at most a day back (platform rule 11). */
const since = (given: string | undefined): Effect.Effect<number | null, Refused> => {
  if (given === undefined) return Effect.succeed(null)
  return Effect.map(timeOf("since", given, 0), (atMs) => Math.max(atMs, Date.now() - dayMs))
}

export interface RunnerFilter {
  readonly app?: string | undefined
  readonly env?: string | undefined
  readonly since?: string | undefined
}

/** The runners of the team, of one app or of one environment. */
export const list = Effect.fn("runners.list")(function* (principal: Principal, filter: RunnerFilter) {
  const endedSinceMs = yield* since(filter.since)
  const app = filter.app === undefined ? null : yield* Find.app(principal, filter.app, filter.env)
  const wanted = (runner: LiveRunner) =>
    app !== null
      ? runner.app === app
      : runner.app.team === principal.team && (filter.env === undefined || runner.app.env === filter.env)
  return Views.runnerInfos(yield* Kernel, wanted, endedSinceMs)
})

export const stop = Effect.fn("runners.stop")(function* (principal: Principal, id: string, replaceFirst: boolean) {
  const { place } = yield* Find.runner(principal, id)
  const { world } = yield* Kernel
  if (place !== null) world.input((fleet, nowMs) => fleet.stopRunner(nowMs, place.slot, place.epoch, replaceFirst))
  const announcer = yield* Announcing
  announcer.runner(id)
})

export const kill = Effect.fn("runners.kill")(function* (principal: Principal, id: string) {
  const { place } = yield* Find.runner(principal, id)
  const { world } = yield* Kernel
  if (place !== null) world.input((fleet, nowMs) => fleet.killRunner(nowMs, place.slot, place.epoch))
})

export type FaultRequest = typeof Fault.Type

const isOneOf = <const Name extends string>(names: ReadonlyArray<Name>, name: string): name is Name =>
  names.some((one) => one === name)

const badDuration = (forMs: number | undefined): boolean => forMs !== undefined && !(forMs > 0)

/** Makes a runner crash, hang or be slow. */
export const fault = Effect.fn("runners.fault")(function* (principal: Principal, id: string, request: FaultRequest) {
  const runner = yield* Find.runner(principal, id)
  const what = request.do
  if (!isOneOf(runnerFaults, what)) {
    return yield* refuse("INVALID_ARGUMENT", `${what} is a fault of an app; of a runner: ${runnerFaults.join(", ")}`)
  }
  if (badDuration(request.forMs))
    return yield* refuse("INVALID_ARGUMENT", `forMs must be more than 0, got ${request.forMs}`)
  if (runner.endedAtMs !== null) return yield* refuse("FAILED_PRECONDITION", `Runner '${id}' has ended`)
  const { operations, world } = yield* Kernel
  const forMs = request.forMs === undefined ? null : request.forMs * world.clock.speed
  runner.logs.add("WARN", `fault: ${what}`)
  operations.fault(runner, { do: what, forMs })
})

const defaultStatus = 503

/** Makes the later starts or teardowns of an app's simulated runners fail, or its front door. */
export const faultApp = Effect.fn("apps.fault")(function* (
  principal: Principal,
  name: string,
  env: string | undefined,
  request: FaultRequest
) {
  const app = yield* Find.app(principal, name, env)
  if (badDuration(request.forMs))
    return yield* refuse("INVALID_ARGUMENT", `forMs must be more than 0, got ${request.forMs}`)
  const what = request.do
  if (!isOneOf(appFaults, what)) {
    return yield* refuse("INVALID_ARGUMENT", `${what} is a fault of a runner; of an app: ${appFaults.join(", ")}`)
  }
  if (request.status !== undefined && what !== "submit_failure" && what !== "poll_failure") {
    return yield* refuse("INVALID_ARGUMENT", `status belongs to submit_failure and poll_failure, not to ${what}`)
  }
  const { state, world } = yield* Kernel
  if (isOneOf(startFaults, what) && currentRevision(state, app).processes !== null) {
    const detail = `The runners of '${app.alias}' are processes: these are faults of simulated ones`
    return yield* refuse("FAILED_PRECONDITION", detail)
  }
  const { clock } = world
  const untilMs = request.forMs === undefined ? Infinity : clock.nowMs() + request.forMs * clock.speed
  app.faults.begin(what, { sinceMs: clock.nowMs(), untilMs, status: request.status ?? defaultStatus })
  ;(yield* Announcing).app(app.id)
})

/** Ends a fault of an app before its time. */
export const endFault = Effect.fn("apps.endFault")(function* (
  principal: Principal,
  name: string,
  env: string | undefined,
  fault: string
) {
  const app = yield* Find.app(principal, name, env)
  const { world } = yield* Kernel
  if (!isOneOf(appFaults, fault) || !app.faults.end(fault, world.clock.nowMs())) {
    return yield* refuse("NOT_FOUND", `'${app.alias}' has no fault ${fault} in force`)
  }
  ;(yield* Announcing).app(app.id)
})

export interface LogFilter {
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly search?: string | undefined
}

const iso = (wallMs: number | null): string | null => (wallMs === null ? null : new Date(wallMs).toISOString())

/** What a runner has printed, oldest first. */
export const logs = Effect.fn("runners.logs")(function* (principal: Principal, id: string, filter: LogFilter) {
  const runner = yield* Find.runner(principal, id)
  const fromMs = yield* timeOf("since", filter.since, -Infinity)
  const toMs = yield* timeOf("until", filter.until, Infinity)
  const logs = runner.logs.all().filter(({ message, timestamp }) => {
    const atMs = Date.parse(timestamp)
    return atMs >= fromMs && atMs <= toMs && message.includes(filter.search ?? "")
  })
  return { startedAt: iso(runner.createdAtMs), endedAt: iso(runner.endedAtMs), logs }
})

/** A command that runs on a runner's machine; an empty one is a shell. */
export interface ShellRequest {
  readonly runner: string
  readonly command: ReadonlyArray<string>
  /** The size of the terminal it is to run on; null for none. A shell has one in any case. */
  readonly terminal: TerminalSize | null
}

/** A command on the machine of a runner that is a process; an empty one is a shell. */
export const shell = Effect.fn("runners.shell")(function* (
  principal: Principal,
  { command, runner: id, terminal }: ShellRequest
) {
  const runner = yield* Find.runner(principal, id)
  const { processes } = runner.revision
  if (runner.endedAtMs !== null) return yield* refuse("FAILED_PRECONDITION", `Runner '${id}' has ended`)
  if (processes !== null) return processes.shell(runner, command, terminal)
  const detail = `Runner '${id}' is simulated: there is no machine to run a command on`
  return yield* refuse("FAILED_PRECONDITION", detail)
})
