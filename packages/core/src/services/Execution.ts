import { Clock, Effect, Fiber, type Scope } from "effect"
import { Fleet } from "../fleet/Fleet.ts"
import { type Order, Outbox, type PlatformEvent, type Ref } from "./Outbox.ts"
import { type Answer, type DrivenRunner, type Driver, SessionBroken, StartFailed } from "./RunnerDriver.ts"

/** Who runs the runners, what is called with what, and who is told of it. */
export interface ExecutionParts {
  readonly driver: Driver
  readonly scope: Scope.Scope
  readonly payloadOf: (request: number) => unknown
  readonly answered: (request: number, body: unknown) => void
  readonly tell: (events: ReadonlyArray<PlatformEvent>) => Effect.Effect<void>
}

/** A Fleet whose wishes a driver carries out, at the times of Effect's Clock. */
export interface Execution {
  readonly fleet: Fleet
  /** One input of the Fleet, now, with all that follows from it. */
  readonly input: <A>(run: (fleet: Fleet, nowMs: number) => A) => Effect.Effect<A>
  /** Ends every runner at once. */
  readonly killAll: Effect.Effect<void>
}

const failed = (runner: number) => new StartFailed({ runner, reason: "its driver has a fault" })

const faulty = (defect: unknown) => Effect.logError("a driver has a fault", defect)

type Send = Order & { readonly do: "send" }

export const make = ({ answered, driver, payloadOf, scope, tell }: ExecutionParts): Execution => {
  const outbox = new Outbox()
  const fleet = new Fleet(outbox, { exitsReported: true })
  /** By the number of the runner, and by the slot of the request. */
  const lives = new Map<number, { readonly runner: DrivenRunner; readonly fiber: Fiber.Fiber<void> }>()
  const attempts = new Map<number, { readonly runner: number; readonly fiber: Fiber.Fiber<void> }>()

  const input: Execution["input"] = (run) =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      outbox.nowMs = Math.max(outbox.nowMs, clock.currentTimeMillisUnsafe())
      const result = run(fleet, outbox.nowMs)
      const { events, orders } = outbox.take()
      for (const order of orders) yield* carryOut(order)
      yield* tell(events)
      return result
    }).pipe(Effect.uninterruptible)

  const fork = <A, E>(effect: Effect.Effect<A, E>) => effect.pipe(Effect.interruptible, Effect.forkIn(scope))

  const carryOut = (order: Order): Effect.Effect<unknown> => {
    switch (order.do) {
      case "start":
        return start(order.runner, order.ref)
      case "send":
        return send(order)
      case "signal":
        return fork(driver.signal(order.runner))
      case "tearDown":
        return fork(Effect.andThen(driver.tearDown(order.runner), exited(order.ref)))
      case "kill":
        return fork(Effect.andThen(driver.kill(order.runner), exited(order.ref)))
      case "forget":
        return forget(order.runner.number)
      case "giveUp":
        return giveUp(order.slot)
      case "wake":
        return wake(order)
    }
  }

  const exited = ({ epoch, slot }: Ref) => input((_, nowMs) => fleet.exited(nowMs, slot, epoch))

  const start = Effect.fnUntraced(function* (runner: DrivenRunner, { epoch, slot }: Ref) {
    const life = Effect.gen(function* () {
      yield* driver.place(runner)
      yield* input((_, nowMs) => fleet.placed(nowMs, slot, epoch, true))
      yield* driver.setUp(runner)
      yield* input((_, nowMs) => fleet.ready(nowMs, slot, epoch))
      yield* driver.crashed(runner)
      yield* exited({ slot, epoch })
    }).pipe(
      Effect.catchDefect((defect) => Effect.andThen(faulty(defect), failed(runner.number))),
      Effect.catchTag("StartFailed", () => input((_, nowMs) => fleet.startFailed(nowMs, slot, epoch)))
    )
    lives.set(runner.number, { runner, fiber: yield* fork(life) })
  })

  const send = Effect.fnUntraced(function* ({ attempt, ref: { epoch, slot }, request, runner }: Send) {
    const call = { request, attempt, payload: payloadOf(request) }
    const reply = ({ body, status }: Answer) => {
      answered(request, body)
      return input((_, nowMs) => fleet.answer(nowMs, slot, epoch, status))
    }
    const one = driver.serve(call, runner).pipe(
      Effect.catchDefect((defect) => Effect.andThen(faulty(defect), new SessionBroken({ by: "incomplete" }))),
      Effect.matchEffect({
        onSuccess: reply,
        onFailure: ({ by }) => input((_, nowMs) => fleet.broken(nowMs, slot, epoch, by))
      })
    )
    attempts.set(slot, { runner: runner.number, fiber: yield* fork(one) })
  })

  const giveUp = (slot: number): Effect.Effect<unknown> => {
    const attempt = attempts.get(slot)
    attempts.delete(slot)
    return attempt === undefined ? Effect.void : fork(Fiber.interrupt(attempt.fiber))
  }

  const forget = Effect.fnUntraced(function* (runner: number) {
    const life = lives.get(runner)
    lives.delete(runner)
    if (life !== undefined) yield* fork(Fiber.interrupt(life.fiber))
    for (const [slot, attempt] of attempts) if (attempt.runner === runner) yield* giveUp(slot)
  })

  const wake = ({ atMs, kind, ref: { epoch, slot } }: Order & { readonly do: "wake" }) =>
    Effect.gen(function* () {
      const nowMs = yield* Clock.currentTimeMillis
      yield* Effect.sleep(Math.max(0, atMs - nowMs))
      yield* input((_, nowMs) => fleet.timer(nowMs, kind, slot, epoch))
    }).pipe(fork)

  const killAll = Effect.suspend(() => Effect.forEach([...lives.values()], ({ runner }) => driver.kill(runner)))
  return { fleet, input, killAll: Effect.asVoid(killAll) }
}
