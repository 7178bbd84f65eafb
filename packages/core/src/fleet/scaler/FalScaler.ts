import type { ScaledApp, Scaler } from "../../domain/Scaler.ts"

/** Runners whose slots hold that many requests: ceil(requests / max_multiplexing) (platform rule 3.1). */
export const needed = (requests: number, maxMultiplexing: number): number => {
  // In whole numbers: an input asks for this, and a quotient with a fraction to be rounded takes ten times as long.
  const full = (requests / maxMultiplexing) | 0
  return full * maxMultiplexing < requests ? full + 1 : full
}

/** Runners kept beyond those needed: max(concurrency_buffer, ceil(perc * needed / 100)) (platform rule 3.1). */
export const buffer = (runners: number, concurrencyBuffer: number, concurrencyBufferPerc: number): number =>
  concurrencyBufferPerc === 0
    ? concurrencyBuffer
    : Math.max(concurrencyBuffer, Math.floor((concurrencyBufferPerc * runners + 99) / 100))

const target = ({ maxMultiplexing, scaling }: ScaledApp, requests: number): number => {
  const { concurrencyBuffer, concurrencyBufferPerc, maxConcurrency, minConcurrency } = scaling
  const runners = needed(requests, maxMultiplexing)
  const wanted = runners + buffer(runners, concurrencyBuffer, concurrencyBufferPerc)
  return Math.min(maxConcurrency, Math.max(minConcurrency, wanted))
}

/** The platform's formula: what requests need, and a buffer, between min and max (platform rule 3.1). */
export const falScaler: Scaler = { target, clock: null }
