import * as Curve from "@ebb/plan/grace/Curve"
import * as InFlight from "@ebb/plan/grace/InFlight"
import type { Estimate } from "@ebb/sim/measure/Statistics"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"

/** What is in flight in the run of one seed, and what of it each grace period cuts. */
export interface GraceOfSeed {
  /** Requests seen in flight. */
  readonly seen: number
  /** In order of the grace periods. */
  readonly found: ReadonlyArray<Curve.Found>
}

/** Runs one seed without a rollout. */
export const of = (
  spec: RehearsalSpec,
  seed: number,
  graceSeconds: ReadonlyArray<number>
): Effect.Effect<GraceOfSeed> =>
  Effect.map(
    InFlight.task.run(spec, seed, () => {}),
    (run) => ({
      seen: InFlight.requestsIn([run], InFlight.lookEveryMs(spec)),
      found: graceSeconds.map((seconds) => Curve.foundIn(run, seconds))
    })
  )

/** What each grace period cuts of the requests in flight. */
export interface GraceShares {
  readonly seen: number
  readonly points: ReadonlyArray<{ readonly graceSeconds: number; readonly share: Estimate }>
}

/** The shares over the seeds; without points where nothing was in flight. */
export const shares = (seeds: ReadonlyArray<GraceOfSeed>, graceSeconds: ReadonlyArray<number>): GraceShares => ({
  seen: seeds.reduce((sum, { seen }) => sum + seen, 0),
  points: graceSeconds.flatMap((seconds, at) => {
    const share = Curve.shareOf(seeds.map(({ found }) => found[at]!))
    return share === null ? [] : [{ graceSeconds: seconds, share }]
  })
})

/** What of a spec the shares depend on: not on the grace period, nor on when and how it is rolled out. */
export const keyOf = ({ text }: RehearsalSpec): string =>
  JSON.stringify({
    ...text,
    app: { ...text.app, termination_grace_period: null },
    rollouts: null,
    run: { ...text.run, modes: null }
  })
