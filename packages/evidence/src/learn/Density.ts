import { density1d } from "fast-kde"
import { mean, quantile, sampleOf } from "./Sample.ts"

/** So narrow a kernel is at least: values that are all alike would have none. */
const bandwidthLeast = 0.002
const binsMost = 1 << 16
/** Steps of the density within one width of its kernel. */
const stepsPerBandwidth = 4

/** The kernel's width by Scott's rule (Multivariate Density Estimation, 1992). */
const bandwidthOf = (values: ReadonlyArray<number>): number => {
  const middle = mean(values)
  const deviation = Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
  const ordered = sampleOf(values)
  const range = (quantile(ordered, 0.75) - quantile(ordered, 0.25)) / 1.34
  return Math.max(bandwidthLeast, 1.06 * Math.min(deviation, range > 0 ? range : Infinity) * values.length ** -0.2)
}

/** The mean logarithm of the density of values, estimated from themselves with a normal kernel: minus their entropy, in nats. */
export const meanLogDensity = (values: ReadonlyArray<number>): number => {
  const bandwidth = bandwidthOf(values)
  const [least, most] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity]
  )
  const [from, to] = [least - 3 * bandwidth, most + 3 * bandwidth]
  const bins = Math.min(binsMost, Math.ceil(((to - from) / bandwidth) * stepsPerBandwidth) + 1)
  const step = (to - from) / (bins - 1)
  const density = density1d(values, { bandwidth, bins, extent: [from, to] }).grid()
  const logs = values.map((value) => {
    const place = (value - from) / step
    const low = Math.min(bins - 2, Math.floor(place))
    return Math.log((density[low]! + (density[low + 1]! - density[low]!) * (place - low)) / step)
  })
  return mean(logs)
}
