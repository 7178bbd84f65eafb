import { type Sample, slopePerHour } from "./Slope.ts"

const mebibyte = 2 ** 20
const minuteMs = 60_000

/** What the sandbox says of its memory, right after a collection of garbage. */
export interface Probe extends Sample {
  /** Of all objects that live. */
  readonly heap: number
  /** Resident memory: it holds what the allocator has not given back too. */
  readonly rss: number
  readonly objects: Readonly<Record<string, number>>
}

/** What is seen from outside. */
export interface Look extends Sample {
  readonly descriptors: number
  readonly disk: number
}

export interface Latency {
  readonly p50: number
  readonly p99: number
}

/** What was seen; the first part is the one after the warm-up. */
export interface Seen {
  readonly partMs: number
  readonly probes: ReadonlyArray<Probe>
  readonly looks: ReadonlyArray<Look>
  readonly first: Latency
  readonly last: Latency
}

export const mib = (bytes: number): string => `${(bytes / mebibyte).toFixed(1)} MiB`

const most = { mebibytesPerHour: 1, descriptorsPerHour: 1, latencyRatio: 1.2 }

/** The lines that say it, and whether all is flat. */
export const report = ({ first, last, looks, partMs, probes }: Seen): { lines: ReadonlyArray<string>; ok: boolean } => {
  const after = <A extends Sample>(all: ReadonlyArray<A>) => all.filter(({ atMs }) => atMs >= partMs)
  const heap = slopePerHour(after(probes), (probe) => probe.heap / mebibyte)
  const rss = slopePerHour(after(probes), (probe) => probe.rss / mebibyte)
  const descriptors = slopePerHour(after(looks), (look) => look.descriptors)
  const disk = slopePerHour(after(looks), (look) => look.disk / mebibyte)
  const ratio = last.p99 / first.p99
  const [probe, look] = [probes.at(-1)!, looks.at(-1)!]
  return {
    lines: [
      `from ${(partMs / minuteMs).toFixed(1)} min on, by least squares over ${after(probes).length} samples:`,
      `live heap ${mib(probe.heap)} at the end, ${heap.toFixed(2)} MiB an hour`,
      `resident ${mib(probe.rss)} at the end, ${rss.toFixed(2)} MiB an hour`,
      `descriptors ${look.descriptors} at the end, ${descriptors.toFixed(2)} an hour`,
      `p99 ${first.p99.toFixed(1)} ms in the second part, ${last.p99.toFixed(1)} ms in the last: ${ratio.toFixed(2)} times`,
      `disk ${mib(look.disk)} at the end, ${disk.toFixed(1)} MiB an hour`
    ],
    ok: heap < most.mebibytesPerHour && descriptors < most.descriptorsPerHour && ratio <= most.latencyRatio
  }
}

/** The kinds of objects of which there are most more at the end than after the warm-up. */
export const grown = ({ partMs, probes }: Seen, count: number): ReadonlyArray<string> => {
  const from = probes.find(({ atMs }) => atMs >= partMs)?.objects ?? {}
  return Object.entries(probes.at(-1)?.objects ?? {})
    .map(([type, now]) => ({ type, more: now - (from[type] ?? 0) }))
    .toSorted((a, b) => b.more - a.more)
    .slice(0, count)
    .map(({ more, type }) => `${type} ${more}`)
}
