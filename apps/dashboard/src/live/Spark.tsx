import { useMemo } from "preact/hooks"
import type { Series } from "@ebb/protocol/live/Series"

const widthPx = 140
const heightPx = 26
const samples = 70
const leastMs = 60_000
const mostMs = 5 * 60_000

/** What was in flight at moments evenly spread up to now, of a young app since its start; null where nothing is known. */
const sampled = ({ atMs, columns }: Series, toMs: number): ReadonlyArray<number | null> => {
  const shownMs = Math.min(mostMs, Math.max(leastMs, toMs - (atMs[0] ?? toMs)))
  let at = -1
  return Array.from({ length: samples + 1 }, (_, sample) => {
    const moment = toMs - shownMs + (sample / samples) * shownMs
    while (at + 1 < atMs.length && atMs[at + 1]! <= moment) at++
    return columns.inFlight[at] ?? null
  })
}

const pathOf = (series: Series, toMs: number): string => {
  const values = sampled(series, toMs)
  const top = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 1)
  return values
    .map((value, at) => {
      if (value === null) return ""
      const isFirst = (values[at - 1] ?? null) === null
      const y = heightPx - 2 - (value / top) * (heightPx - 4)
      return `${isFirst ? "M" : "L"}${(at / samples) * widthPx} ${y.toFixed(1)}`
    })
    .join("")
}

/** What was in flight over the last minutes, as small as a word; the number beside it says it aloud. */
export const Spark = ({ series, toMs }: { readonly series: Series; readonly toMs: number }) => {
  const path = useMemo(() => pathOf(series, toMs), [series, toMs])
  return (
    <svg width={widthPx} height={heightPx} viewBox={`0 0 ${widthPx} ${heightPx}`} aria-hidden="true">
      <path d={path} fill="none" stroke="var(--accent)" stroke-width="1.5" stroke-linejoin="round" />
    </svg>
  )
}
