import { Clock, Effect } from "effect"
import type { Simulation } from "./Simulation.ts"

/** After so many events of a run it is looked whether it is time to let other work happen. */
const eventsAtATime = 5_000
const breathEveryMs = 50

/** Advances simulations and lets other work happen meanwhile; `onBreath` is called whenever it does. */
export const make = Effect.map(Clock.currentTimeMillis, (startMs) => {
  let breathAtMs = startMs
  const breathe = Effect.fnUntraced(function* () {
    yield* Effect.sleep(0)
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
