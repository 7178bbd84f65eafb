import { Schema } from "effect"

/** US dollars an hour and GPU by machine type; a type that is absent has no public price (platform rule 12). */
export const defaultPrices: Readonly<Record<string, number>> = {
  "GPU-A100": 0.99,
  "GPU-H100": 1.89,
  "GPU-RTXPRO6000": 1.1,
  "GPU-H200": 2.1,
  "GPU-B200": 3.49,
  "GPU-B300": 4.49
}

/** The machine types of the platform (platform rule 12). */
export const machineTypes = [
  "XS",
  "S",
  "M",
  "L",
  "XL",
  "GPU-A100",
  "GPU-L40",
  "GPU-H100",
  "GPU-RTXPRO6000",
  "GPU-H200",
  "GPU-B200",
  "GPU-B300",
  "GPU-A6000",
  "GPU-RTX4090",
  "GPU-RTX5090"
] as const

/** What GPU time costs: a rate per hour and GPU (CPU types: per machine) by machine type, in one currency. */
export const Prices = Schema.Struct({
  currency: Schema.String,
  rates: Schema.Record(Schema.String, Schema.Finite)
})
export type Prices = typeof Prices.Type

export const isGpu = (type: string): boolean => type.startsWith("GPU-")

/** What a runner takes of its team's capacity, and is billed for: GPUs, or one machine for CPU types (platform rule 12). */
export const capacityUnits = (type: string, gpus: number): number => (isGpu(type) ? gpus : 1)
