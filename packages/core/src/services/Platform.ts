import { Context, Deferred, Effect, Layer, PubSub, Schema, Stream } from "effect"
import type { App, RolloutOrder } from "../domain/App.ts"
import type { InvalidScaling } from "../domain/errors.ts"
import { defaultPrices, type Prices } from "../domain/Machine.ts"
import type { RolloutReport } from "../domain/RolloutReport.ts"
import { type CancelAnswer, plainSubmission, type Submission } from "../fleet/Intake.ts"
import * as RolloutReports from "../fleet/RolloutReports.ts"
import type { ScalePatch } from "../fleet/Scale.ts"
import { CancelAsked, RequestKind } from "../tables/Request.ts"
import type { RolloutRecord } from "../tables/RolloutRecord.ts"
import type { Runner } from "../tables/Runner.ts"
import { RunnerState, runnerStateNames } from "../tables/RunnerState.ts"
import * as Execution from "./Execution.ts"
import type { PlatformEvent, Settled } from "./Outbox.ts"
import { RunnerDriver } from "./RunnerDriver.ts"

/** There is no app, runner or rollout of that name or number. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", {
  what: Schema.Literals(["app", "runner", "rollout"]),
  id: Schema.String
}) {
  override get message(): string {
    return `no ${this.what} is called ${this.id}`
  }
}

/** An app of that name is there already. */
export class AlreadyExists extends Schema.TaggedError<AlreadyExists>()("AlreadyExists", { app: Schema.String }) {
  override get message(): string {
    return `there is an app called ${this.app} already; roll it out or scale it instead`
  }
}

/** The queue is longer than the request allows. */
export class QueueFull extends Schema.TaggedError<QueueFull>()("QueueFull", { app: Schema.String }) {
  override get message(): string {
    return `more requests wait for ${this.app} than maxQueueLength allows`
  }
}

/** A request without a completed outcome (platform rule 6). */
export class RequestFailed extends Schema.TaggedError<RequestFailed>()("RequestFailed", {
  request: Schema.Int,
  status: Schema.Int,
  errorType: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    return `request ${this.request} ended with ${this.status} ${this.errorType ?? ""}`.trimEnd()
  }
}

/** How to roll out: by force, or gracefully in an order; without one, that of the app (platform rule 8.1). */
export interface RolloutOptions {
  readonly force?: boolean
  readonly order?: RolloutOrder
}

/** A request that was accepted: how it ends, with the app's answer, and a way to give it up. */
export interface Submitted {
  readonly request: number
  readonly settled: Effect.Effect<Settled & { readonly body: unknown }>
  readonly cancel: Effect.Effect<CancelAnswer>
}

export interface RunnerView {
  readonly number: number
  readonly state: (typeof runnerStateNames)[number]
  readonly inFlight: number
}

/** Options of a request beside its kind (platform rules 4.2, 4.5, 5.2). */
export type RequestOptions = Partial<Omit<Submission, "kind">>

interface Open {
  readonly payload: unknown
  readonly settled: Deferred.Deferred<Settled & { readonly body: unknown }>
  body: unknown
}

/** Events that a slow follower may fall behind; older ones are dropped for it. */
const eventsKept = 4096

const prices: Prices = { currency: "USD", rates: defaultPrices }

/** A platform of one's own: a Fleet that decides, a RunnerDriver that does, and the time of Effect's Clock. */
export class Platform extends Context.Service<
  Platform,
  {
    readonly addApp: (app: App) => Effect.Effect<void, AlreadyExists>
    readonly scale: (app: string, patch: ScalePatch) => Effect.Effect<void, NotFound | InvalidScaling>
    /** Puts a request into the queue; it outlives the fiber that submits it. */
    readonly submit: (
      app: string,
      payload: unknown,
      options?: RequestOptions
    ) => Effect.Effect<Submitted, NotFound | QueueFull>
    /** A direct request: the app's answer. Interrupted, its caller has gone away (platform rule 4.7). */
    readonly call: (app: string, payload: unknown) => Effect.Effect<unknown, NotFound | QueueFull | RequestFailed>
    /** Begins a rollout, or by force escalates those under way: their numbers. It does not wait for the end. */
    readonly rollout: (app: string, options?: RolloutOptions) => Effect.Effect<ReadonlyArray<number>, NotFound>
    readonly report: (rollout: number) => Effect.Effect<RolloutReport, NotFound>
    /** The report once every runner of the rollout has ended. */
    readonly finished: (rollout: number) => Effect.Effect<RolloutReport, NotFound>
    readonly stopRunner: (
      runner: number,
      options?: { readonly replaceFirst?: boolean }
    ) => Effect.Effect<void, NotFound>
    readonly killRunner: (runner: number) => Effect.Effect<void, NotFound>
    readonly runners: (app: string) => Effect.Effect<ReadonlyArray<RunnerView>, NotFound>
    readonly events: Stream.Stream<PlatformEvent>
  }
>()("@ebb/core/Platform") {
  static readonly layer: Layer.Layer<Platform, never, RunnerDriver> = Layer.effect(
    Platform,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const driver = yield* RunnerDriver
  const scope = yield* Effect.scope
  const pubsub = yield* PubSub.sliding<PlatformEvent>(eventsKept)
  const open = new Map<number, Open>()
  const ends = new Map<number, Deferred.Deferred<void>>()

  const hear = (event: PlatformEvent): void => {
    if (event._tag === "RequestSettled") {
      const request = open.get(event.request)
      open.delete(event.request)
      if (request !== undefined) Deferred.doneUnsafe(request.settled, Effect.succeed({ ...event, body: request.body }))
    } else if (event._tag === "RolloutChanged" && event.how === "finished") {
      const end = ends.get(event.rollout)
      ends.delete(event.rollout)
      if (end !== undefined) Deferred.doneUnsafe(end, Effect.void)
    }
  }
  const { fleet, input, killAll } = Execution.make({
    driver,
    scope,
    payloadOf: (request) => open.get(request)?.payload,
    answered: (request, body) => {
      const asked = open.get(request)
      if (asked !== undefined) asked.body = body
    },
    tell: (events) => {
      for (const event of events) hear(event)
      return PubSub.publishAll(pubsub, events)
    }
  })
  yield* Effect.addFinalizer(() => killAll)

  const appNamed = (name: string): Effect.Effect<number, NotFound> => {
    const app = fleet.state.apps.find((each) => each.name === name)
    return app === undefined ? Effect.fail(new NotFound({ what: "app", id: name })) : Effect.succeed(app.slot)
  }
  const runnerNumbered = (number: number): Effect.Effect<Runner, NotFound> => {
    const isIt = (each: Runner) => each.number === number && each.state !== RunnerState.TERMINATED
    const runner = fleet.state.runners.all.find(isIt)
    return runner === undefined
      ? Effect.fail(new NotFound({ what: "runner", id: String(number) }))
      : Effect.succeed(runner)
  }
  const rolloutNumbered = (number: number): Effect.Effect<RolloutRecord, NotFound> => {
    const rollout = fleet.state.rollouts.find((each) => each.number === number)
    return rollout === undefined
      ? Effect.fail(new NotFound({ what: "rollout", id: String(number) }))
      : Effect.succeed(rollout)
  }
  const reportOf = (rollout: RolloutRecord) => (_: unknown, nowMs: number) =>
    RolloutReports.make(fleet.state, rollout, { prices, runnerName: String, nowMs })

  const accept = Effect.fnUntraced(function* (name: string, payload: unknown, submission: Submission) {
    const app = yield* appNamed(name)
    const settled = Deferred.makeUnsafe<Settled & { readonly body: unknown }>()
    const accepted = yield* input((_, nowMs) => {
      open.set(fleet.state.requestsMade + 1, { payload, settled, body: null })
      const request = fleet.submit(nowMs, app, submission)
      if (request === null) open.delete(fleet.state.requestsMade + 1)
      return request === null ? null : { slot: request.slot, number: request.number }
    })
    if (accepted === null) return yield* new QueueFull({ app: name })
    const { number, slot } = accepted
    const cancel = (how: CancelAsked & (1 | 2)) => input((_, nowMs) => fleet.cancel(nowMs, slot, number, how))
    return { request: number, settled: Deferred.await(settled), cancel }
  })

  return Platform.of({
    addApp: Effect.fn("Platform.addApp")(function* (app) {
      if (fleet.state.apps.some(({ name }) => name === app.name)) return yield* new AlreadyExists({ app: app.name })
      yield* input((_, nowMs) => fleet.addApp(nowMs, app))
    }),
    scale: Effect.fn("Platform.scale")(function* (name, patch) {
      const app = yield* appNamed(name)
      const scaled = yield* input((_, nowMs) => fleet.scale(nowMs, app, patch))
      yield* Effect.fromResult(scaled)
    }),
    submit: Effect.fn("Platform.submit")(function* (name, payload, options) {
      const submission = { ...plainSubmission(RequestKind.queued), ...options }
      const { cancel, request, settled } = yield* accept(name, payload, submission)
      return { request, settled, cancel: cancel(CancelAsked.cancelled) }
    }),
    call: Effect.fn("Platform.call")(function* (name, payload) {
      const { cancel, settled } = yield* accept(name, payload, plainSubmission(RequestKind.direct))
      const gone = Effect.asVoid(cancel(CancelAsked.disconnected))
      const { body, errorType, outcome, request, status } = yield* Effect.onInterrupt(settled, () => gone)
      return outcome === "completed" ? body : yield* new RequestFailed({ request, status, errorType })
    }),
    rollout: Effect.fn("Platform.rollout")(function* (name, options) {
      const app = yield* appNamed(name)
      const command = { force: options?.force ?? false, order: options?.order ?? null }
      const begun = yield* input((_, nowMs) => fleet.rollout(nowMs, app, command))
      return begun.map(({ number }) => number)
    }),
    report: Effect.fn("Platform.report")(function* (number) {
      const rollout = yield* rolloutNumbered(number)
      return yield* input(reportOf(rollout))
    }),
    finished: Effect.fn("Platform.finished")(function* (number) {
      const rollout = yield* rolloutNumbered(number)
      if (rollout.finishedAtMs === null) {
        const end = ends.get(number) ?? Deferred.makeUnsafe<void>()
        ends.set(number, end)
        yield* Deferred.await(end)
      }
      return yield* input(reportOf(rollout))
    }),
    stopRunner: Effect.fn("Platform.stopRunner")(function* (number, options) {
      const { epoch, slot } = yield* runnerNumbered(number)
      yield* input((_, nowMs) => fleet.stopRunner(nowMs, slot, epoch, options?.replaceFirst ?? false))
    }),
    killRunner: Effect.fn("Platform.killRunner")(function* (number) {
      const { epoch, slot } = yield* runnerNumbered(number)
      yield* input((_, nowMs) => fleet.killRunner(nowMs, slot, epoch))
    }),
    runners: Effect.fn("Platform.runners")(function* (name) {
      const app = yield* appNamed(name)
      const views: Array<RunnerView> = []
      for (let runner = fleet.state.apps[app]!.firstRunner; runner !== null; runner = runner.next) {
        views.push({ number: runner.number, state: runnerStateNames[runner.state], inFlight: runner.inFlight })
      }
      return views
    }),
    events: Stream.fromPubSub(pubsub)
  })
})
