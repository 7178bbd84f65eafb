import { Fleet } from "../fleet/Fleet.ts"
import type { FleetPort } from "../fleet/FleetPort.ts"
import type { FleetState } from "../fleet/FleetState.ts"
import { RolloutRecord } from "../tables/Records.ts"
import { Copier } from "./Copy.ts"
import { fleetRecords } from "./FleetClasses.ts"
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

/** The same, but nothing that may change is in common with the original, be it by what hangs on it. */
export const wholeCopyOfNow = (original: FleetState, port: FleetPort): Generator<undefined, Fleet> => {
  const pooled = new PooledCopies(original.runners, original.requests)
  toEnd(pooled.make())
  return completed(original, port, pooled, new DroppedCopies(original))()
}

/** The copy of a Fleet that nobody touches meanwhile, with a pause wherever others may have their turn. */
export function* fleetCopySteps(original: FleetState, port: FleetPort): Generator<undefined, Fleet> {
  const pooled = new PooledCopies(original.runners, original.requests)
  yield* pooled.make()
  return yield* completed(original, port, pooled)()
}

/**
 * An exact copy of a world with all that hangs on it, that Fleet and the cargo of its requests too. `into`: something new of the
 * same kind, which becomes the copy.
 */
export const worldCopy = <A extends object>(world: A, into: A, of: FleetState, common: Shared): A => {
  const pooled = new PooledCopies(of.runners, of.requests)
  toEnd(pooled.make())
  const copier = new Copier(common, fleetRecords, pooled.of)
  const copy = copier.copyOf(world, into)
  pooled.takeCargo(copier)
  toEnd(pooled.fill(copier))
  return copy
}

const toEnd = <A>(steps: Generator<undefined, A>): A => {
  let step = steps.next()
  while (step.done !== true) step = steps.next()
  return step.value
}

/** Copies all but the many at once; the answer leads what these refer to over to copies. */
const completed = (
  original: FleetState,
  port: FleetPort,
  pooled: PooledCopies,
  dropped: DroppedCopies | null = null
) => {
  const fleet = new Fleet(port, original.options)
  const common = dropped === null ? commonWithDropped(original) : commonTo(original)
  const copier = new Copier(common, fleetRecords, (each) => pooled.of(each) ?? dropped?.of(each))
  const state: Writable<FleetState> = copier.copyOf(original, fleet.state)
  state.port = port
  return function* (): Generator<undefined, Fleet> {
    yield* pooled.fill(copier)
    if (dropped !== null) yield* dropped.fill(copier)
    return fleet
  }
}

/** Rollouts that their apps have dropped: nothing changes of them any more, and there may be a thousand. */
const droppedOf = ({ apps, rollouts }: FleetState): ReadonlyArray<RolloutRecord> => {
  const live = new Set(apps.flatMap((app) => app.rollouts))
  return rollouts.filter((rollout) => !live.has(rollout))
}

const commonTo = ({ options, port, scalers, strategies }: FleetState): Map<object, string> =>
  new Map<object, string>([...shared({ scalers, strategies, options }), [port, "port"]])

const commonWithDropped = (original: FleetState): Shared => {
  const common = commonTo(original)
  for (const rollout of droppedOf(original)) common.set(rollout, "rollout")
  return common
}

/** Their copies, which can be filled at any time. */
class DroppedCopies {
  private readonly copies: ReadonlyMap<object, RolloutRecord>

  constructor(original: FleetState) {
    this.copies = new Map(droppedOf(original).map((rollout) => [rollout, Object.create(RolloutRecord.prototype)]))
  }

  of(original: object): RolloutRecord | undefined {
    return original instanceof RolloutRecord ? this.copies.get(original) : undefined
  }

  *fill(copier: Copier): Generator<undefined, void> {
    for (const [original, copy] of this.copies) {
      copier.fill(original, copy)
      yield* copier.fillSteps()
    }
  }
}

/** Puts a Fleet on another port, before anything happens to it. */
export const onPort = (fleet: Fleet, port: FleetPort): Fleet => {
  const state: Writable<FleetState> = fleet.state
  state.port = port
  return fleet
}
