import * as Format from "@ebb/text/Format"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { useId } from "preact/hooks"
import { moment } from "../views/TimeInRun.ts"
import type { GraceShares } from "./GraceOfSeed.ts"
import * as GraceStops from "./GraceStops.ts"
import { GraceUnderSlider } from "./GraceUnderSlider.tsx"
import * as Knobs from "./Knobs.ts"
import { Slider, Stops } from "./Slider.tsx"

interface Props {
  /** The spec as it was given, and with the knobs turned. */
  readonly given: RehearsalSpec
  readonly turned: RehearsalSpec
  readonly knobs: Knobs.Knobs
  readonly onKnobs: (knobs: Knobs.Knobs) => void
  /** What each grace period would cut; null while that is not known. */
  readonly graceShares: GraceShares | null
}

const multiplexingStops = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64]

/** A factor lies on its slider by its logarithm: 50 steps double it. */
const factorAt = (position: number): number => +(2 ** (position / 50)).toPrecision(3)
const positionOf = (factor: number): number => Math.round(Math.log2(factor) * 50)

const times = (factor: number): string => `× ${+factor.toPrecision(3)}`

/** Seconds between two moments of a rollout. */
const stepSizes = [1, 5, 10, 15, 30, 60, 120, 300, 600, 1800]

const LoadSlider = ({ knobs, onKnobs, given, turned }: Props) => (
  <Slider
    label="Load"
    min={-150}
    max={100}
    step={5}
    value={positionOf(knobs.load ?? 1)}
    text={`${times(knobs.load ?? 1)}, ${+Knobs.ratePerSecond(turned.text).toPrecision(3)} requests/s`}
    why={Knobs.canTurnLoad(given.text) ? null : "a trace brings its own"}
    onValue={(position) => onKnobs({ ...knobs, load: factorAt(position) })}
  />
)

const ColdStartSlider = ({ given, knobs, onKnobs, turned }: Props) => {
  const typicalMs = Knobs.typicalSetupMs(turned.text)
  return (
    <Slider
      label="Cold start"
      min={-150}
      max={150}
      step={5}
      value={positionOf(knobs.coldStart ?? 1)}
      text={`${times(knobs.coldStart ?? 1)}${typicalMs === null ? "" : `, set-up about ${Format.span(Math.round(typicalMs))}`}`}
      why={Knobs.typicalSetupMs(given.text) === null ? "its times are in a file" : null}
      onValue={(position) => onKnobs({ ...knobs, coldStart: factorAt(position) })}
    />
  )
}

const RolloutSlider = ({ knobs, onKnobs, turned }: Props) => {
  const { forMs, warmupMs } = turned.run
  const stepSeconds = stepSizes.find((step) => step >= (forMs - warmupMs) / 120_000) ?? 3600
  const atMs = turned.rollouts[0]?.atMs ?? null
  return (
    <Slider
      label="Moment of the rollout"
      min={Math.ceil(warmupMs / 1000)}
      max={Math.ceil(forMs / 1000) - 1}
      step={stepSeconds}
      value={(atMs ?? warmupMs) / 1000}
      text={moment(atMs ?? 0)}
      why={atMs === null ? "the spec has none" : null}
      onValue={(rolloutSeconds) => onKnobs({ ...knobs, rolloutSeconds })}
    />
  )
}

interface CountProps {
  readonly label: string
  readonly min: number
  readonly max: number
  readonly value: number
  readonly onValue: (value: number) => void
}

const Count = ({ label, max, min, onValue, value }: CountProps) => {
  const id = useId()
  const onInput = (text: string): void => {
    const count = Number(text)
    if (text !== "" && Number.isInteger(count) && count >= min && count <= max) onValue(count)
  }
  return (
    <div class="count">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={min}
        max={max}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </div>
  )
}

/** What can be turned without writing YAML. */
export const Controls = (props: Props) => {
  const { graceShares, knobs, onKnobs, turned } = props
  const { gracePeriodSeconds, maxMultiplexing } = turned.app.revision
  return (
    <div class="controls" role="group" aria-label="What to try">
      <LoadSlider {...props} />
      <Stops
        label="Grace period"
        stops={GraceStops.around(gracePeriodSeconds)}
        value={gracePeriodSeconds}
        text={Format.span(gracePeriodSeconds * 1000)}
        onValue={(graceSeconds) => onKnobs({ ...knobs, graceSeconds })}
      />
      <GraceUnderSlider shares={graceShares} graceSeconds={gracePeriodSeconds} />
      <ColdStartSlider {...props} />
      <Stops
        label="Multiplexing"
        stops={multiplexingStops}
        value={maxMultiplexing}
        text={`${maxMultiplexing} at a time on a runner`}
        onValue={(multiplexing) => onKnobs({ ...knobs, multiplexing })}
      />
      <RolloutSlider {...props} />
      <div class="counts">
        <Count
          label="Seed"
          min={0}
          max={999_999_999}
          value={turned.run.seed}
          onValue={(seed) => onKnobs({ ...knobs, seed })}
        />
        <Count
          label="Seeds"
          min={1}
          max={1000}
          value={turned.run.seeds}
          onValue={(seeds) => onKnobs({ ...knobs, seeds })}
        />
      </div>
    </div>
  )
}
