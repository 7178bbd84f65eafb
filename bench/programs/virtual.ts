// `virtual.ts SERVERS REQUESTS REPETITIONS SERVERS REQUESTS REPETITIONS …`: the queues in turn, each with the Fleet and
// bare; prints nanoseconds for a request, an entry for each pair.
import * as BareQueue from "./BareQueue.ts"
import * as FleetQueue from "./FleetQueue.ts"

const load = 0.9
const meanServiceMs = 1000

export interface Measured {
  /** Nanoseconds of a request, one number a repetition. */
  readonly fleet: Array<number>
  readonly bare: Array<number>
}

interface Size {
  readonly servers: number
  readonly requests: number
  readonly repetitions: number
}

const queueOf = ({ requests, servers }: Size, seed: number): BareQueue.Queue => {
  const perMs = (load * servers) / meanServiceMs
  return { servers, meanServiceMs, perMs, forMs: Math.round(requests / perMs), seed }
}

const timed = (run: (queue: BareQueue.Queue) => BareQueue.Outcome, queue: BareQueue.Queue, into: Array<number>) => {
  const startedMs = performance.now()
  const outcome = run(queue)
  into.push(((performance.now() - startedMs) * 1e6) / outcome.requests)
  return outcome
}

const isSame = (a: BareQueue.Outcome, b: BareQueue.Outcome): boolean =>
  a.requests === b.requests && Math.abs(a.meanLatencyMs - b.meanLatencyMs) < 1e-6 * a.meanLatencyMs

const repeat = (size: Size, seed: number, into: Measured): void => {
  const queue = queueOf(size, seed)
  const fleet = timed(FleetQueue.run, queue, into.fleet)
  const bare = timed(BareQueue.run, queue, into.bare)
  if (!isSame(fleet, bare)) throw new Error(`not the same queue: ${JSON.stringify({ fleet, bare })}`)
}

const sizes: Array<Size> = []
const words = process.argv.slice(2).map(Number)
for (let at = 0; at < words.length; at += 3) {
  sizes.push({ servers: words[at]!, requests: words[at + 1]!, repetitions: words[at + 2]! })
}
const warmUp = { servers: 100, requests: 300_000, repetitions: 1 }
for (const seed of [1, 2]) repeat(warmUp, seed, { fleet: [], bare: [] })
const measured: ReadonlyArray<Measured> = sizes.map(() => ({ fleet: [], bare: [] }))
const most = Math.max(...sizes.map(({ repetitions }) => repetitions))
for (let seed = 1; seed <= most; seed++) {
  for (const [at, size] of sizes.entries()) if (seed <= size.repetitions) repeat(size, seed, measured[at]!)
}
process.stdout.write(JSON.stringify(measured))
