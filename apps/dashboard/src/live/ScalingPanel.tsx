import type { ScalingView } from "@ebb/protocol/rest/Events"
import type { ScalePatch } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"
import { useEffect, useRef, useState } from "preact/hooks"
import { Stops } from "../play/Slider.tsx"
import type { Api } from "./Api.ts"
import type { Board } from "@ebb/protocol/live/Board"
import { FaultForm } from "./FaultForm.tsx"
import { useAction } from "./Hooks.ts"
import { SaidLine } from "./SaidLine.tsx"

interface Knob {
  readonly key: keyof ScalingView
  readonly label: string
  readonly patch: (value: number) => ScalePatch
  readonly stops: ReadonlyArray<number>
  readonly text: (value: number) => string
}

const counts = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 100, 200, 500, 1000, 2000]
const number = (value: number): string => Format.integer(value)
const seconds = (value: number): string => Format.span(value * 1000)

const knobs: ReadonlyArray<Knob> = [
  {
    key: "minConcurrency",
    label: "Runners at least",
    patch: (value) => ({ min_concurrency: value }),
    stops: [0, ...counts],
    text: number
  },
  {
    key: "maxConcurrency",
    label: "Runners at most",
    patch: (value) => ({ max_concurrency: value }),
    stops: counts,
    text: number
  },
  {
    key: "concurrencyBuffer",
    label: "Spare runners",
    patch: (value) => ({ concurrency_buffer: value }),
    stops: [0, ...counts],
    text: number
  },
  {
    key: "maxMultiplexing",
    label: "Requests per runner",
    patch: (value) => ({ max_multiplexing: value }),
    stops: [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64],
    text: number
  },
  {
    key: "keepAliveSeconds",
    label: "Keep alive",
    patch: (value) => ({ keep_alive: value }),
    stops: [0, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
    text: seconds
  },
  {
    key: "scalingDelaySeconds",
    label: "Scaling delay",
    patch: (value) => ({ scaling_delay: value }),
    stops: [0, 1, 2, 5, 10, 20, 30, 60],
    text: seconds
  }
]

const settleMs = 350

interface Props {
  readonly api: Api
  readonly board: Board
}

type Draft = Partial<Record<keyof ScalingView, number>>

/** The settings in force as sliders; a slider that rests is a command. */
export const Scaling = ({ api, board: { view } }: Props) => {
  const [draft, setDraft] = useState<Draft>({})
  const [said, act] = useAction()
  const resting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const asked = useRef<ScalePatch>({})
  const { alias } = view
  useEffect(() => setDraft({}), [alias])
  const onValue = ({ key, label, patch, text }: Knob, value: number): void => {
    setDraft({ ...draft, [key]: value })
    asked.current = { ...asked.current, ...patch(value) }
    clearTimeout(resting.current)
    resting.current = setTimeout(async () => {
      const all = asked.current
      asked.current = {}
      await act(async () => {
        await api.scale(alias, all)
        return `${label}: ${text(value)}`
      })
      setDraft({})
    }, settleMs)
  }
  return (
    <section class="card" aria-labelledby="scaling">
      <h2 id="scaling">Scaling</h2>
      <div class="controls">
        {knobs.map((knob) => {
          const value = draft[knob.key] ?? view.scaling[knob.key]
          return (
            <Stops
              key={knob.key}
              label={knob.label}
              stops={knob.stops}
              value={value}
              text={knob.text(value)}
              onValue={(next) => onValue(knob, next)}
            />
          )
        })}
      </div>
      <SaidLine said={said} />
    </section>
  )
}

const appFaults = [
  ["setup_failure", "starts fail"],
  ["scheduling_failure", "no machine is found"],
  ["slow_teardown", "runners end slowly"]
] as const

/** Makes later starts or teardowns of the app fail. */
export const AppFaults = ({ api, board: { view } }: Props) => {
  const [said, act] = useAction()
  return (
    <section class="card" aria-labelledby="faults">
      <h2 id="faults">Faults of the app</h2>
      <FaultForm
        faults={appFaults}
        forever="until the end"
        onFault={(fault) =>
          void act(async () => {
            await api.faultApp(view.alias, fault)
            return `${appFaults.find(([name]) => name === fault.do)?.[1] ?? fault.do} from now on`
          })
        }
      />
      <SaidLine said={said} />
    </section>
  )
}
