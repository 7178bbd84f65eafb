import * as Format from "@ebb/text/Format"
import { type Fate, type FateCounts, fateMeanings, fates } from "./Fates.ts"

/** A share of a bar: what fate, how many requests. */
const partsOf = (inFlight: FateCounts): ReadonlyArray<readonly [Fate, number]> =>
  fates.flatMap((fate) => {
    const count = inFlight[fate]?.mean ?? 0
    return count > 0 ? [[fate, count] as const] : []
  })

const inWords = (mode: string, inFlight: FateCounts): string => {
  const parts = partsOf(inFlight).map(([fate]) => `${Format.count(inFlight[fate]!)} ${fate}`)
  const atStart = inFlight.atStart === null ? "none" : Format.count(inFlight.atStart)
  return `${mode}: ${atStart} in flight${parts.length === 0 ? "" : `, ${parts.join(", ")}`}`
}

/** The fates that occur, each with its pattern. */
export const FateKey = ({ shown }: { readonly shown: ReadonlyArray<Fate> }) => (
  <ul class="key" aria-label="What the patterns mean">
    {shown.map((fate) => (
      <li key={fate}>
        <span class={`swatch fate-${fate}`} /> {fate} <span class="quiet">{fateMeanings[fate]}</span>
      </li>
    ))}
  </ul>
)

interface Row {
  readonly mode: string
  readonly inFlight: FateCounts
}

/** The fates that befell any of the requests. */
export const fatesIn = (rows: ReadonlyArray<Row>): ReadonlyArray<Fate> =>
  fates.filter((fate) => rows.some(({ inFlight }) => (inFlight[fate]?.mean ?? 0) > 0))

/** The requests in flight at a rollout and how they ended, a bar a row, on one scale. */
export const FateBars = ({ rows }: { readonly rows: ReadonlyArray<Row> }) => {
  const most = Math.max(1, ...rows.map(({ inFlight }) => inFlight.atStart?.mean ?? 0))
  return (
    <ul class="fate-bars" aria-label="Requests in flight at the rollout, by what became of them">
      {rows.map(({ inFlight, mode }) => (
        <li key={mode} class={`mode-${mode}`}>
          <span class="mode-name">{mode}</span>
          <span class="track" role="img" aria-label={inWords(mode, inFlight)}>
            {partsOf(inFlight).map(([fate, count]) => (
              <span
                key={fate}
                class={`part fate-${fate}`}
                style={{ width: `${(count / most) * 100}%` }}
                title={`${fate} ${short(count)}`}
              />
            ))}
          </span>
          <span class="bar-text">
            {partsOf(inFlight)
              .map(([fate, count]) => `${short(count)} ${fate}`)
              .join(" · ") || "nothing in flight"}
          </span>
        </li>
      ))}
    </ul>
  )
}

const short = (count: number): string => Format.count({ mean: count, low: count, high: count, n: 1 })
