import type { RequestKind } from "@ebb/core/tables/RequestState"
import type { Pace } from "../spec/RunnerPace.ts"
import type { Profile } from "../world/Profile.ts"

/** Values in order, of which a draw is one. */
export type Values = Float64Array

/** How long the stages of a runner take, in milliseconds. */
export interface Stages {
  readonly scheduling: Values
  readonly dockerPull: Values
  readonly setup: Values
  readonly teardown: Values
}

/** How likely something goes wrong at a time. */
export interface Chances {
  readonly schedulingFails: number
  readonly setupFails: number
  readonly cached: number
  /** Of an attempt: its runner hangs over it. */
  readonly hangs: number
  /** Of a runner: its teardown outlasts every grace period. */
  readonly slowTeardown: number
}

/** A request that came, by how long after the one before. */
export interface Gap {
  readonly ms: number
  readonly kind: RequestKind
}

/** What only the world of a live Fleet knows of an app: what is to come there, as samples of what was. Plain data. */
export interface Outlook {
  /** How long requests of each kind take on a runner, by the kind, in milliseconds. */
  readonly services: Readonly<Record<RequestKind, Values>>
  readonly stages: Stages
  readonly chances: Chances
  readonly pace: Pace | null
  /** The requests that came of late; none: no more come. */
  readonly gaps: ReadonlyArray<Gap>
  /** How long ago the last of them came. */
  readonly sinceLastMs: number
}

const samples = 1000

const sampled = (of: (entity: number) => number): Values =>
  Float64Array.from({ length: samples }, (_, at) => of(at + 1)).sort()

const share = (of: (entity: number) => boolean): number => {
  let count = 0
  for (let at = 1; at <= samples; at++) if (of(at)) count++
  return count / samples
}

/** What a profile says of runners and requests to come. */
export const ofProfile = (
  profile: Profile
): Pick<Outlook, "stages" | "chances" | "pace"> & { readonly service: Values } => ({
  service: sampled(profile.serviceMs),
  stages: {
    scheduling: sampled(profile.schedulingMs),
    dockerPull: sampled(profile.dockerPullMs),
    setup: sampled(profile.setupMs),
    teardown: sampled(profile.teardownMs).filter((ms) => ms !== Infinity)
  },
  chances: {
    schedulingFails: share(profile.schedulingFails),
    setupFails: share(profile.setupFails),
    cached: share(profile.cached),
    hangs: share((entity) => profile.hangs?.(entity, 1, entity) ?? false),
    slowTeardown: share((entity) => profile.teardownMs(entity) === Infinity)
  },
  pace: profile.pace(1)
})

/** One of the values; 0 of none. */
export const drawn = (values: Values | undefined, uniform: number): number =>
  values?.[Math.floor(uniform * values.length)] ?? 0

/** What is left of one of those values that are above what has passed; as much again where none is. */
export const leftOf = (values: Values, passed: number, uniform: number): number => {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! > passed) high = middle
    else low = middle + 1
  }
  const above = values.length - low
  return above === 0 ? passed : values[low + Math.floor(uniform * above)]! - passed
}
