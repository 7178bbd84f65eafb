import { capacityUnits, isGpu } from "@ebb/core/domain/Machine"
import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { isTime, times } from "./CostText.ts"

/** In what costs are told: the currency of the prices, or the billed time of what has none. */
export const of = ({ app, prices }: RehearsalSpec): string => {
  const { machineTypes } = app.revision
  if (machineTypes.every((type) => prices.rates[type] !== undefined)) return prices.currency
  return machineTypes.some(isGpu) ? times.gpu : times.machine
}

/** What a run cost, in the unit of its spec. */
export const amountIn = (spec: RehearsalSpec, { cost, runnerSeconds }: RunMeasures): number => {
  const { gpus, machineTypes } = spec.app.revision
  const isMoney = !isTime(of(spec)) && cost.amount !== null
  return isMoney ? cost.amount : runnerSeconds.billable * capacityUnits(machineTypes[0]!, gpus)
}
