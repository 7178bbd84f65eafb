import { useId, useState } from "preact/hooks"
import type { FaultName } from "./Api.ts"

interface Props {
  /** What can be made to happen, and what it is called. */
  readonly faults: ReadonlyArray<readonly [FaultName, string]>
  /** What it means to leave the time out. */
  readonly forever: string
  readonly onFault: (fault: { readonly do: FaultName; readonly forMs?: number }) => void
}

/** Chooses a fault and for how long. */
export const FaultForm = ({ faults, forever, onFault }: Props) => {
  const [name, setName] = useState(faults[0]![0])
  const [seconds, setSeconds] = useState("")
  const what = useId()
  const long = useId()
  const onSubmit = (event: Event): void => {
    event.preventDefault()
    const forMs = Number(seconds) * 1000
    onFault({ do: name, ...(forMs > 0 ? { forMs } : {}) })
  }
  return (
    <form class="fault" onSubmit={onSubmit}>
      <div>
        <label for={what}>Fault</label>
        <select
          id={what}
          value={name}
          onChange={({ currentTarget }) => setName(faults.find(([one]) => one === currentTarget.value)?.[0] ?? name)}
        >
          {faults.map(([value, label]) => (
            <option key={value} value={value}>
              {label === value ? label : `${label} (${value})`}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label for={long}>For seconds</label>
        <input
          id={long}
          type="number"
          min="1"
          step="1"
          placeholder={forever}
          value={seconds}
          onInput={({ currentTarget }) => setSeconds(currentTarget.value)}
        />
      </div>
      <button type="submit">Make it happen</button>
    </form>
  )
}
