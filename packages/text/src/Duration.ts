import { Schema } from "effect"

const unitMs = { ns: 1e-6, us: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
export type Unit = keyof typeof unitMs

const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/u

/** Of a check that JSON Schema has no word for. */
const invisible = { toJsonSchema: () => ({}) }

const aDuration = "a duration such as 250ms, 4s, 5m or 2h"

/** Longer ones are slips, and would cost the times their microseconds. */
const longestHours = 1_000_000

/** A duration as people write it: `250ms`, `4s`, `5m`, `2h`. */
export const Duration = Schema.String.check(
  Schema.isPattern(pattern).abort(),
  Schema.makeFilter(
    (text: string) => toMs(text) <= longestHours * unitMs.h || `must be at most ${longestHours}h, got ${text}`,
    invisible
  ).abort()
).annotate({ description: aDuration })

/** A duration that is not 0. */
export const LongerThanNothing = Duration.check(
  Schema.makeFilter((text) => toMs(text) > 0 || `must be longer than 0s, got ${text}`, invisible)
).annotate({ description: aDuration })

const aWholeDuration = "a duration of whole seconds such as 4s, 5m or 2h"

/** A duration of whole seconds: settings of the platform have no fractions. */
const WholeSeconds = Duration.check(
  Schema.makeFilter(
    (text) => toMs(text) % 1000 === 0 || `must be whole seconds, as on the platform, got ${text}`,
    invisible
  )
).annotate({ description: aWholeDuration })

/** Whole seconds within a range; 0 s stands for no lower limit. */
export const wholeSeconds = (least: number, most: number) =>
  WholeSeconds.check(
    Schema.makeFilter(
      (text) => toMs(text) >= least * unitMs.s || `must be at least ${fromMs(least * unitMs.s)}, got ${text}`,
      invisible
    ),
    Schema.makeFilter(
      (text) => toMs(text) <= most * unitMs.s || `must be at most ${fromMs(most * unitMs.s)}, got ${text}`,
      invisible
    )
  ).annotate({ description: aWholeDuration })

/** Milliseconds of a duration that was checked. */
export const toMs = (text: string): number => {
  const [, amount, unit] = pattern.exec(text)!
  return Number(amount) * unitMs[unit as Unit]
}

/** A unit of time for bare numbers. */
export const Unit = Schema.Literals(["ns", "us", "ms", "s", "m", "h"])

/** How many milliseconds a unit has. */
export const msPer = (unit: Unit): number => unitMs[unit]

const ratePattern = /^(\d+(?:\.\d+)?)\/(s|m|h)$/u

const aRate = "a rate such as 2/s or 30/m"

const mostPerSecond = 1_000_000

const rate = (least: string, isEnough: (perMs: number) => boolean) =>
  Schema.String.check(
    Schema.isPattern(ratePattern).abort(),
    Schema.makeFilter((text) => isEnough(toPerMs(text)) || `must be ${least}, got ${text}`, invisible),
    Schema.makeFilter(
      (text) => toPerMs(text) * unitMs.s <= mostPerSecond || `must be at most ${mostPerSecond}/s, got ${text}`,
      invisible
    )
  ).annotate({ description: aRate })

/** A rate as people write it: `2/s`, `30/m`. */
export const Rate = rate("more than 0", (perMs) => perMs > 0)

/** A rate that may be 0. */
export const RateOrNone = rate("at least 0", (perMs) => perMs >= 0)

/** Events per millisecond of a rate that was checked. */
export const toPerMs = (text: string): number => {
  const [, amount, unit] = ratePattern.exec(text)!
  return Number(amount) / unitMs[unit as Unit]
}

/** A duration in its largest unit that makes it a whole number: `90s`, `5m`. */
export const fromMs = (ms: number): string => {
  const unit = (["h", "m", "s"] as const).find((each) => ms > 0 && ms % unitMs[each] === 0) ?? "ms"
  return ms === 0 ? "0s" : `${ms / unitMs[unit]}${unit}`
}
