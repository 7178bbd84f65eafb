/** At most this share of the requests, at either end, may be strays. */
const share = 0.01
/** By so many times the span of all others a stray lies apart from them. */
const times = 10
/** No rehearsal is longer, so what is nearer than this can be in one with the others. */
const leastMs = 24 * 3_600_000

/** Where those begin and end that lie together, of times in order: a broken clock puts a few years away from all others. */
export const together = (ms: Float64Array): { readonly from: number; readonly to: number } => {
  const most = Math.floor(ms.length * share)
  const [first, last] = [most, ms.length - 1 - most]
  const apartMs = Math.max(leastMs, times * (ms[last]! - ms[first]!))
  let [from, to] = [first, last + 1]
  while (from > 0 && ms[from]! - ms[from - 1]! <= apartMs) from--
  while (to < ms.length && ms[to]! - ms[to - 1]! <= apartMs) to++
  return { from, to }
}

/** Clocks that count from 1970 are past this; dates end at the other. */
const [dateFromMs, dateUntilMs] = [1e11, 8.64e15]

const moment = (ms: number, isDate: boolean): string =>
  isDate && Math.abs(ms) <= dateUntilMs ? new Date(ms).toISOString() : `${ms / 1000} s`

/** Why strays are left out; null where there are none. */
export const reason = (ms: Float64Array, from: number, to: number): string | null => {
  const strays = [...ms.subarray(0, from), ...ms.subarray(to)]
  const isDate = ms[from]! > dateFromMs
  const [first, last] = [strays[0], strays.at(-1)]
  if (first === undefined || last === undefined) return null
  const when = moment(first, isDate) + (last === first ? "" : ` to ${moment(last, isDate)}`)
  return `with a time far from all others (${when}): left out`
}
