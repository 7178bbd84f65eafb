import * as Format from "@ebb/text/Format"
import { bracketed, recovery } from "@ebb/sim/report/ModeRows"
import { tellsErrors } from "@ebb/sim/report/Proof"
import { failuresIn, type ModeReport } from "@ebb/sim/measure/ModeReport"
import { meaningOf } from "./Modes.ts"

interface Props {
  readonly modes: ReadonlyArray<ModeReport>
  readonly advised: string | null
}

const mean = (value: Format.Measured | null, format: (value: Format.Measured) => string): string =>
  value === null ? Format.none : format({ ...value, low: value.mean, high: value.mean })

/** The errors of a mode; that there were none is said only where there could have been any. */
const errorsOf = (mode: ModeReport, modes: Props["modes"]): string => {
  const { errored } = mode.requests
  if (errored === null || (failuresIn(mode) === 0 && !tellsErrors(mode, modes))) return Format.none
  return mean({ ...errored, mean: failuresIn(mode) }, Format.count)
}

interface TileProps {
  readonly advised: boolean
  readonly mode: ModeReport
  readonly modes: Props["modes"]
}

const Tile = ({ advised, mode, modes }: TileProps) => {
  return (
    <li class={`tile mode-${mode.mode}${advised ? " advised" : ""}`}>
      <h3>
        <span class="mode-name">{mode.mode}</span>
        {advised ? <span class="badge">advised</span> : null}
      </h3>
      <p class="meaning">{meaningOf(mode.mode)}</p>
      <p class={`figure${failuresIn(mode) > 0 ? " bad" : ""}`}>
        <span class="value">{errorsOf(mode, modes)}</span> <span class="quiet">errors</span>
      </p>
      <dl>
        <div>
          <dt>p99 during</dt>
          <dd>{bracketed(mode, "during", mean(mode.latencyMs.during.p99, Format.durationOf))}</dd>
        </div>
        <div>
          <dt>recovered after</dt>
          <dd>{recovery(mode, (value) => mean(value, Format.durationOf))}</dd>
        </div>
        <div>
          <dt>cost from then on</dt>
          <dd>{mode.cost.amount === null ? "no price" : Format.money(mode.cost.amount.mean, mode.cost.currency)}</dd>
        </div>
      </dl>
    </li>
  )
}

/** The few numbers that decide, a tile a mode. */
export const Tiles = ({ advised, modes }: Props) => (
  <ul class="tiles" aria-label="The modes at a glance" style={{ "--panels": modes.length }}>
    {modes.map((mode) => (
      <Tile key={mode.mode} mode={mode} modes={modes} advised={mode.mode === advised} />
    ))}
  </ul>
)
