import { BadValue } from "./Grammar.ts"

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof unitMs

const dayMs = 86_400_000
const leewayMs = 60_000

const invalid = (word: string): BadValue =>
  new BadValue(`Invalid since value: ${word}. Use 'now', relative like '15m' or '24h ago', or an ISO timestamp.`)

const relative = /^(\d+)\s*(s|m|h|d|seconds?|minutes?|hours?|days?)(\s+ago)?$/i
const iso = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?$/

/** Wall milliseconds since the epoch of a time as people write it. */
const toMs = (word: string, nowMs: number): number => {
  const text = word.trim()
  if (text.toLowerCase() === "now") return nowMs
  if (text.toLowerCase() === "yesterday") return nowMs - dayMs
  const [, amount, unit] = relative.exec(text) ?? []
  if (amount !== undefined && unit !== undefined) {
    return nowMs - Number(amount) * unitMs[unit.charAt(0).toLowerCase() as Unit]
  }
  // A day alone would be one of UTC.
  const whole = /^[\d-]{10}$/.test(text) ? `${text}T00:00` : text.replace(" ", "T")
  const atMs = iso.test(text) ? Date.parse(whole) : Number.NaN
  if (Number.isNaN(atMs)) throw invalid(word)
  return atMs
}

/** A time at most one day back, as ISO; for runners that ended since. */
export const withinDay = (word: string): string => {
  const nowMs = Date.now()
  const atMs = toMs(word, nowMs)
  if (atMs < nowMs - dayMs - leewayMs) throw new BadValue("Since value is older than the allowed limit 1 day.")
  return new Date(Math.max(atMs, nowMs - dayMs)).toISOString()
}

/** Any time, as ISO. */
export const anyTime = (word: string): string => new Date(toMs(word, Date.now())).toISOString()
