import type { Board } from "@ebb/protocol/live/Board"
import * as Format from "@ebb/text/Format"
import { useState } from "preact/hooks"
import type { Api } from "./Api.ts"
import { Confirm } from "./Confirm.tsx"
import { useAction } from "./Hooks.ts"
import { Press } from "./Press.tsx"
import * as Waiting from "./Waiting.ts"
import { toApps } from "./Route.ts"
import { RollBack } from "./RollBack.tsx"
import { SaidLine } from "./SaidLine.tsx"

/** What cannot be taken back: empties the queue of an app, or deletes the app; both ask first. */
export const ManageApp = ({ api, board }: { readonly api: Api; readonly board: Board }) => {
  const [asks, setAsks] = useState<"flush" | "delete" | null>(null)
  const [said, act] = useAction()
  const { alias, inFlight, waiting } = board.view
  const flush = () => act(async () => `${Format.counted(await api.flush(alias), "request")} cancelled`)
  const remove = async (): Promise<void> => {
    const isDone = await act(async () => {
      await api.deleteApp(alias)
      return `${alias} is deleted`
    })
    if (isDone) location.hash = toApps
  }
  const answered = (yes: boolean): void => {
    setAsks(null)
    if (yes) void (asks === "flush" ? flush() : remove())
  }
  return (
    <section class="card" aria-labelledby="manage">
      <h2 id="manage">Queue, app and revision</h2>
      <p class="actions">
        <Press isOff={waiting === 0} onPress={() => setAsks("flush")}>
          Flush the queue…
        </Press>
        <button type="button" class="danger" onClick={() => setAsks("delete")}>
          Delete the app…
        </button>
      </p>
      <SaidLine said={said} />
      <RollBack alias={alias} api={api} />
      {asks === "flush" ? (
        <Confirm title={`Flush the queue of ${alias}?`} does="Cancel them" onAnswer={answered}>
          <p>This cancels the queued requests that wait. {Waiting.of(waiting)} now; any direct ones go on waiting.</p>
        </Confirm>
      ) : null}
      {asks === "delete" ? (
        <Confirm title={`Delete ${alias}?`} does="Delete" onAnswer={answered}>
          <p>
            The app is gone at once. Its runners finish the {Format.counted(inFlight, "request")} in flight within their
            grace period.
          </p>
        </Confirm>
      ) : null}
    </section>
  )
}
