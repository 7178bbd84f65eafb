import * as Format from "@ebb/sim/Format"
import type { ModeReport } from "@ebb/sim/RehearsalReport"
import { type Fate, fateMeanings, fates } from "./Fates.ts"

type InFlight = ModeReport["inFlight"]

/** A share of a bar: what fate, how many requests. */
const partsOf = (inFlight: InFlight): ReadonlyArray<readonly [Fate, number]> =>
  fates.flatMap((fate) => {
    const count = inFlight[fate]?.mean ?? 0
    return count > 0 ? [[fate, count] as const] : []
  })

const inWords = (mode: string, inFlight: InFlight): string => {
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

/** The requests in flight at the rollout and how they ended, a bar a mode, on one scale. */
export const FateBars = ({ modes }: { readonly modes: ReadonlyArray<ModeReport> }) => {
  const rolled = modes.filter(({ mode }) => mode !== "none")
  const most = Math.max(1, ...rolled.map(({ inFlight }) => inFlight.atStart?.mean ?? 0))
  return (
    <ul class="fate-bars" aria-label="Requests in flight at the rollout, by what became of them">
      {rolled.map(({ inFlight, mode }) => (
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
