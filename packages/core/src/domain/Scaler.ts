import type { Scaling } from "./App.ts"

/** An app as a scaler sees it. Numbers of runners and requests. */
export interface ScaledApp {
  readonly scaling: Scaling
  readonly maxMultiplexing: number
  readonly inFlight: number
  readonly waiting: number
  /** IDLE and RUNNING ones that are not to be replaced; and all that count, starting ones included. */
  readonly serving: number
  readonly counted: number
  /** What the scaler has noted: plain numbers, nobody else looks at them. */
  readonly scalerNotes: Array<number>
}

/** How many runners an app should have. Any input may ask, none has to: what it remembers it notes by its clock, in the app's notes. */
export interface Scaler {
  /** For so many requests, on runners and in line. */
  readonly target: (app: ScaledApp, requests: number) => number
  /** When it looks by the clock as well: how often, in milliseconds, and what it notes then. */
  readonly clock: { readonly everyMs: number; readonly look: (app: ScaledApp, nowMs: number) => void } | null
}
