import { Clock, Effect } from "effect"
import { isShared } from "../jobs/Thread.ts"
import type { Simulation } from "./Simulation.ts"

/** After so many events of a run it is looked whether it is time to let other work happen. */
const eventsAtATime = 5_000
const breathEveryMs = 50

/** Advances simulations and lets other work happen meanwhile; `onBreath` is called whenever it is time to. */
export const make = Effect.gen(function* () {
  let breathAtMs = yield* Clock.currentTimeMillis
  const hasOtherWork = yield* isShared
  const breathe = Effect.fnUntraced(function* () {
    if (hasOtherWork) yield* Effect.sleep(0)
    breathAtMs = (yield* Clock.currentTimeMillis) + breathEveryMs
  })
  const advance = Effect.fnUntraced(function* (simulation: Simulation, untilMs: number, onBreath: () => void) {
    while (!simulation.advance(untilMs, eventsAtATime)) {
      if ((yield* Clock.currentTimeMillis) < breathAtMs) continue
      onBreath()
      yield* breathe()
    }
  })
  return { advance, breathe }
})
