import { useId } from "preact/hooks"

interface Props {
  readonly label: string
  readonly min: number
  readonly max: number
  readonly step?: number
  readonly value: number
  /** The value in words. */
  readonly text: string
  /** Why it cannot be moved; null when it can. */
  readonly why?: string | null
  readonly onValue: (value: number) => void
}

/** A labelled slider that says its value in words. */
export const Slider = ({ label, max, min, onValue, step = 1, text, value, why = null }: Props) => {
  const id = useId()
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      <span class="said" aria-hidden="true">
        {why ?? text}
      </span>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={why !== null}
        aria-valuetext={why ?? text}
        onInput={(event) => onValue(Number(event.currentTarget.value))}
      />
    </div>
  )
}

/** A slider over a list of values that is not evenly spaced; the present value is on it even when it is none of them. */
export const Stops = ({
  onValue,
  stops,
  value,
  ...rest
}: Omit<Props, "min" | "max" | "step"> & { readonly stops: ReadonlyArray<number> }) => {
  const all = [...new Set([...stops, value])].sort((a, b) => a - b)
  return (
    <Slider
      {...rest}
      min={0}
      max={all.length - 1}
      value={all.indexOf(value)}
      onValue={(at) => onValue(all[at] ?? value)}
    />
  )
}
