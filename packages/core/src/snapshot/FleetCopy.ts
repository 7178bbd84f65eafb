import { Fleet } from "../fleet/Fleet.ts"
import type { FleetPort } from "../fleet/FleetPort.ts"
import type { FleetState } from "../fleet/FleetState.ts"
import { Copier } from "./Copy.ts"
import { fleetMakers } from "./FleetClasses.ts"
import { PooledCopies } from "./PooledCopies.ts"
import { type Shared, shared } from "./Shared.ts"

type Writable<A> = { -readonly [Key in keyof A]: A[Key] }

/**
 * A Fleet of its own that stands as that one does now, on a port of its own. What the world of the original has put on its
 * requests stays there: on those of the copy there is nothing. The original is left as it is.
 */
export const fleetCopy = (original: FleetState, port: FleetPort): Fleet => toEnd(fleetCopyOfNow(original, port))

/** The copy as of now, to be completed a part at a time, whatever happens to the original meanwhile. */
export const fleetCopyOfNow = (original: FleetState, port: FleetPort): Generator<undefined, Fleet> => {
  const pooled = new PooledCopies(original.runners, original.requests)
  toEnd(pooled.make())
  return completed(original, port, pooled)()
}

/** The copy of a Fleet that nobody touches meanwhile, with a pause wherever others may have their turn. */
export function* fleetCopySteps(original: FleetState, port: FleetPort): Generator<undefined, Fleet> {
  const pooled = new PooledCopies(original.runners, original.requests)
  yield* pooled.make()
  return yield* completed(original, port, pooled)()
}

const toEnd = <A>(steps: Generator<undefined, A>): A => {
  let step = steps.next()
  while (step.done !== true) step = steps.next()
  return step.value
}

/** Copies all but the many at once; the answer leads what these refer to over to copies. */
const completed = (original: FleetState, port: FleetPort, pooled: PooledCopies) => {
  const fleet = new Fleet(port, original.options)
  const copier = new Copier(commonTo(original), fleetMakers, pooled.of)
  const state: Writable<FleetState> = copier.copyOf(original, fleet.state)
  state.port = port
  return function* (): Generator<undefined, Fleet> {
    yield* pooled.fill(copier)
    return fleet
  }
}

const commonTo = ({ apps, options, port, rollouts, scalers, strategies }: FleetState): Shared => {
  const common = new Map<object, string>([...shared({ scalers, strategies, options }), [port, "port"]])
  // Of a rollout that its app has dropped nothing changes any more, and there may be a thousand.
  const live = new Set(apps.flatMap((app) => app.rollouts))
  for (const rollout of rollouts) if (!live.has(rollout)) common.set(rollout, "rollout")
  return common
}

/** Puts a Fleet on another port, before anything happens to it. */
export const onPort = (fleet: Fleet, port: FleetPort): Fleet => {
  const state: Writable<FleetState> = fleet.state
  state.port = port
  return fleet
}
