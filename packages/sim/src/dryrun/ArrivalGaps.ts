import type { RehearsalSpec } from "../spec/Spec.ts"
import * as Random from "../workload/Random.ts"
import * as Workload from "../workload/Workload.ts"

/** A request to come, by how long after the one before. */
export interface ArrivalGap {
  readonly afterMs: number
  readonly kind: "direct" | "queued"
}

/** So much of a run is looked at, and longer where it has few requests. */
const forMs = 15 * 60_000
const least = 100

/** So many gaps a draw is from at most: more are thinned evenly. */
export const most = 4000

/** Spread evenly, no more of them than may be. */
const thinned = (gaps: ReadonlyArray<ArrivalGap>): ReadonlyArray<ArrivalGap> =>
  gaps.length <= most ? gaps : Array.from({ length: most }, (_, at) => gaps[Math.floor((at * gaps.length) / most)]!)

/** The gaps between the requests of a spec, from its warm-up on; none without traffic. */
export const of = ({ run, traffic }: RehearsalSpec): ReadonlyArray<ArrivalGap> => {
  const workload = Workload.open(traffic, Random.make(run.seed))
  const gaps: Array<ArrivalGap> = []
  let beforeMs: number | null = null
  while (workload.next() && workload.atMs < run.forMs) {
    const { atMs, queued } = workload
    if (atMs < run.warmupMs) continue
    if (atMs >= run.warmupMs + forMs && gaps.length >= least) break
    if (beforeMs !== null) gaps.push({ afterMs: atMs - beforeMs, kind: queued ? "queued" : "direct" })
    beforeMs = atMs
  }
  return thinned(gaps)
}
