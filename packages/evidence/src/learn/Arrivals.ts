import * as Format from "@ebb/text/Format"
import type { Requests } from "../requests/Requests.ts"
import { mean } from "./Sample.ts"

const hourMs = 3_600_000
const binMs = 10_000

const counts = (arrivalMs: Float64Array, widthMs: number): ReadonlyArray<number> => {
  const firstMs = arrivalMs[0]!
  const bins = Array.from({ length: Math.floor((arrivalMs.at(-1)! - firstMs) / widthMs) + 1 }, () => 0)
  for (const ms of arrivalMs) bins[Math.floor((ms - firstMs) / widthMs)]!++
  return bins
}

const rate = (perMs: number): string => {
  const perSecond = perMs * 1000
  return perSecond >= 0.95 ? `${Number(perSecond.toPrecision(3))}/s` : `${Number((perSecond * 60).toPrecision(3))}/m`
}

/** From the first arrival to the last, in milliseconds. */
export const spanMs = ({ arrivalMs, count }: Requests): number =>
  count === 0 ? 0 : arrivalMs[count - 1]! - arrivalMs[0]!

/** Rate, rate by the hour, and burstiness, in words. */
export const describe = (requests: Requests): ReadonlyArray<string> => {
  const { arrivalMs, count } = requests
  const span = spanMs(requests)
  if (count < 2 || span === 0) return [`${Format.counted(count, "request")}`]
  const sentences = [
    `${Format.counted(count, "request")} in ${Format.duration(span)}, ${rate(count / span)} on average`
  ]
  const hours = counts(arrivalMs, hourMs).slice(0, -1)
  if (hours.length >= 2) {
    sentences.push(`by the hour from ${rate(Math.min(...hours) / hourMs)} to ${rate(Math.max(...hours) / hourMs)}`)
  }
  const bins = counts(arrivalMs, binMs).slice(0, -1)
  if (bins.length >= 20) {
    const middle = mean(bins)
    const dispersion = mean(bins.map((value) => (value - middle) ** 2)) / middle
    const word = dispersion < 1.5 ? "about as even as independent callers" : "burstier than independent callers"
    sentences.push(
      `${word}: variance over mean of the counts of 10 s is ${Number(dispersion.toPrecision(2))} (Poisson: 1)`
    )
  }
  return sentences
}
