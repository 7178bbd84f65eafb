import type { Estimate } from "@ebb/sim/measure/Statistics"
import * as Format from "@ebb/text/Format"

/** Billed time, where the machine type has no price. */
export const times = { gpu: "GPU-seconds", machine: "machine-seconds" } as const

/** Whether costs in this unit are time rather than money. */
export const isTime = (unit: string): boolean => unit === times.gpu || unit === times.machine

/** A cost with its interval: `$11.90 ± 1.44`, `14,400 ± 20 GPU-seconds`. */
export const of = (unit: string, cost: Estimate): string =>
  isTime(unit) ? `${Format.count(cost)} ${unit}` : Format.moneyOf(cost, unit)

/** A cost alone: `$11.90`. */
export const plain = (unit: string, amount: number): string =>
  isTime(unit) ? `${Format.integer(amount)} ${unit}` : Format.money(amount, unit)
