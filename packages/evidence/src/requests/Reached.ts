import * as Format from "@ebb/text/Format"
import { type Dropped, Reached } from "./Requests.ts"

/** The caller went away before the answer: nginx and Envoy say 499, load balancers of AWS 460. */
const isGone = (status: number): boolean => status === 499 || status === 460

/** By the status and whether the line has an upstream. */
export const reachedOf = (status: number, hasUpstream: boolean, hasLeft = isGone(status)): number => {
  if (hasUpstream) return hasLeft ? Reached.abandoned : Reached.runner
  if (hasLeft) return Reached.left
  return status >= 500 ? Reached.failed : Reached.answered
}

const reasons = [
  [Reached.answered, "had no upstream: answered by the proxy itself, left out"],
  [Reached.left, "had no upstream: the caller left before there was one, left out"]
] as const

/** The places of those that the app had to serve. A log without any upstream does not say which did. */
export const withoutUnreached = (
  order: Uint32Array,
  reached: Uint8Array
): { readonly kept: Uint32Array; readonly dropped: ReadonlyArray<Dropped> } => {
  const isKnown = order.some((at) => reached[at] === Reached.runner || reached[at] === Reached.abandoned)
  if (!isKnown) return { kept: order, dropped: [] }
  const dropped = reasons.map(([each, reason]) => {
    const count = order.reduce((sum, at) => sum + (reached[at] === each ? 1 : 0), 0)
    return { reason: `${count === 1 ? "line" : "lines"} ${reason}`, count }
  })
  return {
    kept: order.filter((at) => reached[at]! < Reached.answered),
    dropped: dropped.filter(({ count }) => count > 0)
  }
}

const fates = [
  [Reached.abandoned, "left while a runner was at work: the time until then counts as work", "caller"],
  [Reached.failed, "failed without an upstream: no runner worked on it, it stays an arrival", "request"]
] as const

/** Says what became of those that got no answer of a runner. */
export const reachedNotes = (reached: Uint8Array): ReadonlyArray<string> =>
  fates.flatMap(([fate, what, who]) => {
    const count = reached.filter((each) => each === fate).length
    return count === 0 ? [] : [`${Format.counted(count, who)} ${what}`]
  })
