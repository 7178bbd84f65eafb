import type { Scaler } from "@ebb/core/domain/Scaler"

const lookEveryMs = 15_000
const stepLeast = 4

/** As many runners as keep to so many requests in flight each: looks every 15 s, and at most doubles or adds four. */
export const inFlightScaler = (perRunner: number): Scaler => ({
  target: ({ scaling, scalerNotes: [noted] }) => noted ?? scaling.minConcurrency,
  clock: {
    everyMs: lookEveryMs,
    look: (app) => {
      const now = app.scalerNotes[0] ?? app.scaling.minConcurrency
      const wanted = Math.ceil(app.inFlight / perRunner)
      app.scalerNotes[0] = Math.max(app.scaling.minConcurrency, Math.min(wanted, now + Math.max(now, stepLeast)))
    }
  }
})
