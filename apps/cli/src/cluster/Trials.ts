import { Jobs } from "@ebb/sim/jobs/Jobs"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Trial from "@ebb/sim/sweep/Trial"
import { Cause, Effect, Schedule } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as SpecStore from "./SpecStore.ts"
import { TrialEntity, TrialFailed } from "./TrialEntity.ts"

const again = Schedule.spaced("1 second")

/** A worker keeps so many specs. */
const specsMax = 16

/** The specs that trials are of, each read once. */
const specs = () => {
  const known = new Map<string, RehearsalSpec>()
  return Effect.fnUntraced(function* (hash: string) {
    const there = known.get(hash)
    if (there !== undefined) return there
    const spec = yield* Effect.retry(SpecStore.get(hash), again)
    for (const old of known.keys()) if (known.size >= specsMax) known.delete(old)
    known.set(hash, spec)
    return spec
  }, Effect.orDie)
}

/** Runs the trials that come to this member of a cluster, on its threads; `onDone` is told of each. */
export const work = (onDone: () => void) =>
  TrialEntity.toLayer(
    Effect.gen(function* () {
      const jobs = yield* Jobs
      const sql = yield* SqlClient
      return {
        Run: Effect.fnUntraced(function* ({
          payload
        }: {
          readonly payload: { readonly spec: string; readonly seed: number }
        }) {
          const spec = yield* Effect.provideService(specOf(payload.spec), SqlClient, sql)
          const result = yield* Effect.retry(jobs.run(Trial.task, spec, payload.seed), { times: 2 })
          onDone()
          return result
        }, failing)
      }
    })
  )

const specOf = specs()

/** Whatever goes wrong is answered: who waits for the trial is to hear of it. */
const failing = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.catchCause(effect, (cause) =>
    Cause.hasInterrupts(cause)
      ? Effect.interrupt
      : Effect.fail(new TrialFailed({ reason: String(Cause.squash(cause)) }))
  )

/** Whether some worker has come to the cluster and not gone. */
export const isAnyoneThere = Effect.flatMap(SqlClient, (sql) =>
  Effect.match(sql`SELECT 1 FROM cluster_runners LIMIT 1`, {
    onFailure: () => false,
    onSuccess: (rows) => rows.length > 0
  })
)

/** Has trials run by the members of a cluster that work; a database that is away is waited for. */
export const ask = Effect.gen(function* () {
  const clientOf = yield* TrialEntity.client
  const sql = yield* SqlClient
  const put = new WeakSet<RehearsalSpec>()
  return Effect.fnUntraced(function* (spec: RehearsalSpec, hash: string, key: string, seed: number) {
    if (!put.has(spec)) {
      yield* Effect.provideService(Effect.retry(SpecStore.put(hash, spec), again), SqlClient, sql).pipe(Effect.orDie)
      put.add(spec)
    }
    const asked = Effect.retry(clientOf(key).Run({ key, spec: hash, seed }), {
      schedule: again,
      while: (error) => error._tag !== "TrialFailed"
    })
    return yield* asked
  })
})
