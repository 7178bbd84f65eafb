import { settings } from "@ebb/core/domain/Settings"
import type { ScalingView } from "@ebb/protocol/rest/Events"
import type { Fault, ScalePatch } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"
import { useEffect, useRef, useState } from "preact/hooks"
import { Stops } from "../play/Slider.tsx"
import type { Api, FaultName } from "./Api.ts"
import type { Board } from "@ebb/protocol/live/Board"
import { FaultForm } from "./FaultForm.tsx"
import { useAction } from "./Hooks.ts"
import { SaidLine } from "./SaidLine.tsx"

interface Knob {
  readonly key: keyof ScalingView
  readonly stops: ReadonlyArray<number>
}

const counts = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 100, 200, 500, 1000, 2000]
/** The settings that a slider changes: labels, names and units are those of the table. */
const knobs: ReadonlyArray<Knob> = [
  { key: "minConcurrency", stops: [0, ...counts] },
  { key: "maxConcurrency", stops: counts },
  { key: "concurrencyBuffer", stops: [0, ...counts] },
  { key: "maxMultiplexing", stops: [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64] },
  { key: "keepAliveSeconds", stops: [0, 5, 10, 30, 60, 120, 300, 600, 1800, 3600] },
  { key: "scalingDelaySeconds", stops: [0, 1, 2, 5, 10, 20, 30, 60] }
]

const textOf = ({ key }: Knob, value: number): string =>
  settings[key].unit === "seconds" ? Format.span(value * 1000) : Format.integer(value)

const settleMs = 350

interface Props {
  readonly api: Api
  readonly board: Board
}

type Draft = Partial<Record<keyof ScalingView, number>>

/** The settings in force as sliders; a slider that rests is a command. */
export const Scaling = ({ api, board: { view } }: Props) => {
  const [draft, setDraft] = useState<Draft>({})
  const [moved, setMoved] = useState<readonly [Knob, number] | null>(null)
  const [said, act] = useAction()
  const resting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const asked = useRef<ScalePatch>({})
  const onValue = (knob: Knob, value: number): void => {
    const { label, wire } = settings[knob.key]
    setDraft({ ...draft, [knob.key]: value })
    asked.current = { ...asked.current, [wire]: value }
    clearTimeout(resting.current)
    resting.current = setTimeout(async () => {
      const all = asked.current
      asked.current = {}
      await act(async () => {
        await api.scale(view.alias, all)
        setMoved([knob, value])
        return `${label}: ${textOf(knob, value)}`
      })
      setDraft({})
    }, settleMs)
  }
  // Whoever changes it elsewhere makes what is said here false.
  const isSo = said?.bad === true || (moved !== null && view.scaling[moved[0].key] === moved[1])
  return (
    <section class="card" aria-labelledby="scaling">
      <h2 id="scaling">Scaling</h2>
      <div class="controls">
        {knobs.map((knob) => {
          const value = draft[knob.key] ?? view.scaling[knob.key]
          return (
            <Stops
              key={knob.key}
              label={settings[knob.key].label}
              stops={knob.stops}
              value={value}
              text={textOf(knob, value)}
              onValue={(next) => onValue(knob, next)}
            />
          )
        })}
      </div>
      <SaidLine said={isSo ? said : null} />
    </section>
  )
}

const appFaults = [
  ["setup_failure", "starts fail"],
  ["scheduling_failure", "no machine is found"],
  ["slow_teardown", "runners end slowly"],
  ["submit_failure", "submits fail"],
  ["submit_stall", "submits stall"],
  ["poll_failure", "polls fail"],
  ["poll_stall", "polls stall"]
] as const

const sentence = ({ do: name, forMs }: typeof Fault.Type): string => {
  const what = appFaults.find(([one]) => one === name)?.[1] ?? name
  return forMs === undefined ? `${what} from now on` : `${what} for ${Format.span(forMs)}`
}

/** Makes later starts or teardowns of the app fail, and says so while they do. */
export const AppFaults = ({ api, board: { view } }: Props) => {
  const [made, setMade] = useState<FaultName | null>(null)
  const [said, act] = useAction()
  const isInForce = view.faults.some((fault) => fault.do === made)
  useEffect(() => {
    if (!isInForce) setMade(null)
  }, [isInForce])
  return (
    <section class="card" aria-labelledby="faults">
      <h2 id="faults">Faults of the app</h2>
      <FaultForm
        faults={appFaults}
        forever="until the end"
        onFault={(fault) =>
          void act(async () => {
            await api.faultApp(view.alias, fault)
            setMade(fault.do)
            return sentence(fault)
          })
        }
      />
      <SaidLine said={said?.bad === true || isInForce ? said : null} />
    </section>
  )
}
