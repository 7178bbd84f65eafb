import { Context, Layer } from "effect"

/** Fleet time of a live sandbox: milliseconds since its start, `speed` times as fast as the wall. */
export interface Clock {
  readonly speed: number
  readonly nowMs: () => number
  /** Wall time, in milliseconds since the epoch, of a Fleet time. */
  readonly wallMs: (fleetMs: number) => number
  /** Fleet time of a wall time. */
  readonly fleetMs: (wallMs: number) => number
}

/** To a microsecond: more digits say nothing, and every line of the journal would have them. */
const rounded = (ms: number): number => Math.round(ms * 1000) / 1000

/** A clock that starts at 0 now. */
export const make = (speed: number): Clock => {
  const startedAt = performance.now()
  const startedAtWallMs = Date.now()
  return {
    speed,
    nowMs: () => rounded(performance.now() - startedAt) * speed,
    wallMs: (fleetMs) => startedAtWallMs + fleetMs / speed,
    fleetMs: (wallMs) => (wallMs - startedAtWallMs) * speed
  }
}

/** The clock of the sandbox: `speed` Fleet milliseconds for each of the wall. */
export class SandboxClock extends Context.Service<SandboxClock, Clock>()("@ebb/runtime/kernel/SandboxClock") {
  static readonly layer = (speed: number) => Layer.sync(SandboxClock, () => make(speed))
}
