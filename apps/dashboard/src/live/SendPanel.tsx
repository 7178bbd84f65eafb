import * as Format from "@ebb/text/Format"
import { useId, useRef, useState } from "preact/hooks"
import type { Api } from "./Api.ts"
import { useAction, useLeaving } from "./Hooks.ts"
import { SaidLine } from "./SaidLine.tsx"
import { Sender, type Way } from "./Sender.ts"

interface Props {
  readonly api: Api
  readonly alias: string
}

const ratesPerSecond = [1, 2, 5, 10, 20, 50]
const durations = [10, 30, 60, 300]

/** Queued requests at a steady rate, until the time is over or somebody stops it. */
const useLoad = (send: () => Promise<number>) => {
  const [sent, setSent] = useState<{ readonly count: number; readonly refused: number } | null>(null)
  const timer = useRef<ReturnType<typeof setInterval> | undefined>(undefined)
  const stop = (): void => {
    clearInterval(timer.current)
    timer.current = undefined
    setSent(null)
  }
  useLeaving(stop)
  const start = (perSecond: number, seconds: number): void => {
    stop()
    let count = 0
    let refused = 0
    setSent({ count, refused })
    const say = (): void => {
      if (timer.current !== undefined) setSent({ count, refused })
    }
    timer.current = setInterval(() => {
      if (count >= perSecond * seconds) return stop()
      count++
      void send().then(
        (status) => {
          if (status >= 400) refused++
          say()
        },
        () => {
          refused++
          say()
        }
      )
    }, 1000 / perSecond)
  }
  return { sent, start, stop }
}

interface FormProps {
  /** Sends one request that takes so long; null: as the spec says. */
  readonly send: (way: Way, seconds: number | null) => Promise<number>
}

/** One request, of either kind, as long as one likes. */
const One = ({ send }: FormProps) => {
  const [way, setWay] = useState<Way>("direct")
  const [seconds, setSeconds] = useState("")
  const [said, act] = useAction()
  const id = useId()
  const sendOne = () =>
    act(async () => {
      const startMs = performance.now()
      const status = await send(way, seconds === "" ? null : Number(seconds))
      if (status >= 400) throw new Error(`the request was answered with ${status}`)
      const took = Format.duration(performance.now() - startMs)
      return way === "direct" ? `answered with ${status} after ${took}` : "accepted into the queue"
    })
  return (
    <>
      <div class="fault">
        <div>
          <label for={`${id}-way`}>Kind</label>
          <select
            id={`${id}-way`}
            value={way}
            onChange={({ currentTarget }) => setWay(currentTarget.value === "queued" ? "queued" : "direct")}
          >
            <option value="direct">direct</option>
            <option value="queued">queued</option>
          </select>
        </div>
        <div>
          <label for={`${id}-seconds`}>Takes seconds</label>
          <input
            id={`${id}-seconds`}
            type="number"
            min="0"
            step="0.1"
            placeholder="as the spec says"
            value={seconds}
            onInput={({ currentTarget }) => setSeconds(currentTarget.value)}
          />
        </div>
        <button type="button" onClick={() => void sendOne()}>
          Send one
        </button>
      </div>
      <SaidLine said={said} />
    </>
  )
}

const Choice = <Value extends number>({
  label,
  onValue,
  text,
  value,
  values
}: {
  readonly label: string
  readonly values: ReadonlyArray<Value>
  readonly value: Value
  readonly text: (value: Value) => string
  readonly onValue: (value: Value) => void
}) => {
  const id = useId()
  return (
    <div>
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={({ currentTarget }) => onValue(values[currentTarget.selectedIndex] ?? value)}
      >
        {values.map((one) => (
          <option key={one} value={one}>
            {text(one)}
          </option>
        ))}
      </select>
    </div>
  )
}

/** Queued requests at a steady rate for a while. */
const Load = ({ send }: FormProps) => {
  const [rate, setRate] = useState(5)
  const [lastsSeconds, setLasts] = useState(60)
  const load = useLoad(() => send("queued", null))
  return (
    <>
      <div class="fault">
        <Choice label="Queued requests/s" values={ratesPerSecond} value={rate} text={String} onValue={setRate} />
        <Choice
          label="For"
          values={durations}
          value={lastsSeconds}
          text={(seconds) => Format.span(seconds * 1000)}
          onValue={setLasts}
        />
        {load.sent === null ? (
          <button type="button" onClick={() => load.start(rate, lastsSeconds)}>
            Send load
          </button>
        ) : (
          <button type="button" onClick={load.stop}>
            Stop sending
          </button>
        )}
      </div>
      {load.sent === null ? null : (
        <p class="quiet small">
          {Format.counted(load.sent.count, "request")} sent
          {load.sent.refused > 0 ? `, ${load.sent.refused} refused` : ""}. It ends when this view is left.
        </p>
      )}
    </>
  )
}

/** Sends requests to the app from here: one, or a steady load. */
export const SendPanel = ({ alias, api }: Props) => {
  const sender = useRef(new Sender(api, api.connection.team ?? "local")).current
  useLeaving(() => void sender.end().catch(() => {}))
  const send = (way: Way, seconds: number | null): Promise<number> => sender.send(alias, way, seconds)
  return (
    <section class="card send" aria-labelledby="send">
      <h2 id="send">Send requests</h2>
      <One send={send} />
      <Load send={send} />
      <p class="quiet small">
        A browser holds few connections open: for a load of direct requests run <code>ebb load {alias}</code>.
      </p>
    </section>
  )
}
