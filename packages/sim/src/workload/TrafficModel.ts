import type { Sampler } from "./Distribution.ts"

/** When the requests of a source come; rates per millisecond. */
export type ArrivalModel =
  | { readonly kind: "poisson"; readonly perMs: number }
  | { readonly kind: "trace"; readonly timesMs: Float64Array }
  | { readonly kind: "bursts"; readonly on: Sampler; readonly off: Sampler; readonly perMs: number }
  | {
      readonly kind: "daily"
      readonly lowPerMs: number
      readonly highPerMs: number
      readonly periodMs: number
      readonly peakAtMs: number
    }

/** How long the requests of a source take, in milliseconds. */
export type ServiceModel =
  | { readonly kind: "drawn"; readonly sampler: Sampler }
  | { readonly kind: "column"; readonly valuesMs: Float64Array }
  | { readonly kind: "tokens"; readonly generated: Sampler; readonly firstMs: number; readonly eachMs: number }
  | { readonly kind: "token_column"; readonly counts: Float64Array; readonly firstMs: number; readonly eachMs: number }

/** One source of traffic; `queued` is the share of its requests that are. */
export interface Source {
  readonly queued: number
  readonly arrivals: ArrivalModel
  readonly service: ServiceModel
  readonly low: boolean
  readonly startTimeoutMs: number | null
  readonly maxQueueLength: number | null
  readonly patience: Sampler | null
}
