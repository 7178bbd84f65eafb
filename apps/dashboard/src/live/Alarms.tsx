import type { Board } from "@ebb/protocol/live/Board"
import { serving, starting } from "@ebb/protocol/live/RunnerPasts"
import type { FaultView } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"
import { useRef } from "preact/hooks"
import type { Api } from "./Api.ts"
import { useAction } from "./Hooks.ts"
import { SaidLine } from "./SaidLine.tsx"
import { clock } from "./TimeAxis.ts"
import * as Waiting from "./Waiting.ts"

/** What each fault does, to follow the name of its app. */
const effects: Readonly<Record<FaultView["do"], string>> = {
  setup_failure: "No runner can start: set-up fails",
  scheduling_failure: "No runner can start: no machine is found",
  slow_teardown: "Runners outlast their grace period",
  submit_failure: "The queue refuses new requests",
  submit_stall: "The queue does not answer new requests",
  poll_failure: "The queue answers no question about its requests",
  poll_stall: "The queue holds back its answers"
}

/** What is wrong although no fault was set: nothing serves, and whether anything is about to. */
const outage = ({ runners, view }: Board): string | null => {
  if (view.slotsReady > 0) return null
  const states = [...runners.values()].map(({ state }) => state)
  if (states.some((state) => serving.includes(state))) return null
  const failing = states.filter((state) => state === "CRASH_BACKOFF").length
  const coming = states.filter((state) => starting.includes(state)).length
  const waits = view.waiting === 0 ? "" : ` ${Waiting.of(view.waiting)}.`
  if (failing > 0)
    return `Nothing serves: ${Format.counted(failing, "runner")} failed to start and will be tried again.${waits}`
  if (view.waiting === 0) return null
  if (coming > 0) return `No runner is ready yet: ${Format.counted(coming, "runner")} starting.${waits}`
  return `Nothing serves, and no runner is starting.${waits}`
}

const Fault = ({
  act,
  api,
  app,
  fault,
  onStopped
}: {
  readonly act: ReturnType<typeof useAction>[1]
  readonly api: Api
  readonly app: string
  readonly fault: FaultView
  readonly onStopped: () => void
}) => {
  const until = fault.untilMs === null ? "" : `, until ${clock(fault.untilMs)}`
  const stop = () =>
    act(async () => {
      await api.endFault(app, fault.do)
      onStopped()
      return `${fault.do} is over`
    })
  return (
    <li data-fault={fault.do}>
      {effects[fault.do]} (fault {fault.do} since {clock(fault.sinceMs)}
      {until}).{" "}
      <button type="button" onClick={stop}>
        Stop
      </button>
    </li>
  )
}

/** What keeps an app from serving: faults in force, each with a way to end it, and outages without one. */
export const Alarms = ({ api, board }: { readonly api: Api; readonly board: Board }) => {
  const [said, act] = useAction()
  const { alias, faults } = board.view
  const out = outage(board)
  const place = useRef<HTMLDivElement>(null)
  // The button goes with its fault; whoever pressed it goes on from here.
  const stay = (): void => place.current?.focus()
  return (
    <div role="alert" aria-live="assertive" tabIndex={-1} ref={place}>
      {faults.length === 0 && out === null ? null : (
        <section class="card alarm" aria-label={`What is wrong with ${alias}`}>
          {out === null ? null : <p>{out}</p>}
          <ul>
            {faults.map((fault) => (
              <Fault key={fault.do} act={act} api={api} app={alias} fault={fault} onStopped={stay} />
            ))}
          </ul>
          <SaidLine said={said?.bad === true ? said : null} />
        </section>
      )}
    </div>
  )
}
