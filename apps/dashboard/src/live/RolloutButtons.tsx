import { orders, wayNames, wayOf, ways } from "@ebb/core/domain/RolloutWay"
import type { RolloutCommand, RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"
import { String } from "effect"
import { useState } from "preact/hooks"
import type { Api } from "./Api.ts"
import type { Board } from "@ebb/protocol/live/Board"
import { Confirm } from "./Confirm.tsx"
import { DryRunPanel } from "./DryRunPanel.tsx"
import { useAction } from "./Hooks.ts"
import { Press } from "./Press.tsx"
import { plural } from "./RunnerWords.ts"
import { RolloutLine } from "./RolloutLine.tsx"
import { SaidLine } from "./SaidLine.tsx"

interface Props {
  readonly api: Api
  readonly board: Board
  readonly rollouts: ReadonlyArray<RolloutSummary>
}

const begun = ({ escalated, id, inFlight, runners }: RolloutSummary): string =>
  escalated === undefined
    ? `${id} has begun: ${plural(runners, "runner")}, ${Format.counted(inFlight, "request")} in flight`
    : `${id} now by force: ${plural(escalated.runners, "runner")} killed, ${Format.counted(escalated.inFlight, "request")} in flight`

/** What a force would do, in the sentences of its warning. */
const Cost = ({
  board: { view },
  running
}: {
  readonly board: Board
  readonly running: RolloutSummary | undefined
}) => {
  const { errors, retries, runners } = view.force
  return (
    <>
      <p>
        {running === undefined ? "" : `${running.id} is under way. `}
        This kills {plural(runners, "runner")} of {view.alias} at once, without a grace period.
      </p>
      <ul>
        <li>
          <strong data-measure="force-errors">{Format.integer(errors)}</strong> {errors === 1 ? "request" : "requests"}{" "}
          in flight will fail: their callers get an error.
        </li>
        <li>
          <strong data-measure="force-retries">{Format.integer(retries)}</strong> queued{" "}
          {retries === 1 ? "request" : "requests"} in flight will go back into the queue and be tried again.
        </li>
      </ul>
    </>
  )
}

/** Restarts all runners of the app in one of the ways; the one that costs requests asks first. */
export const RolloutButtons = ({ api, board, rollouts }: Props) => {
  const [asks, setAsks] = useState(false)
  const [said, act] = useAction()
  const { alias } = board.view
  const [isAsked, setAsked] = useState(false)
  const start = async (how: typeof RolloutCommand.Type): Promise<void> => {
    setAsked(true)
    await act(async () => begun(await api.rollOut(alias, how)))
    setAsked(false)
  }
  const onAnswer = (yes: boolean): void => {
    setAsks(false)
    if (yes) void start({ force: true })
  }
  const running = rollouts.find(({ mode, state }) => state === "running" && mode !== "force")
  const isBusy = isAsked || running !== undefined
  return (
    <section class="card" aria-labelledby="roll-out">
      <h2 id="roll-out">Roll out</h2>
      <p class="actions">
        {orders.map((order, at) => (
          <Press
            key={order}
            class={at === 0 ? "primary" : undefined}
            isOff={isBusy}
            onPress={() => void start({ order })}
          >
            {String.capitalize(wayOf(order))}
          </Press>
        ))}
        <button type="button" class="danger" onClick={() => setAsks(true)}>
          Force…
        </button>
      </p>
      <p class="quiet small">{String.capitalize(wayNames.map((way) => `${way} ${ways[way].does}`).join("; "))}.</p>
      <RolloutLine rollouts={rollouts} />
      <SaidLine said={said?.bad === true ? said : null} />
      <DryRunPanel alias={alias} api={api} newest={rollouts[0]?.id ?? null} />
      {asks ? (
        <Confirm title={`Force a rollout of ${alias}?`} does="Kill and restart" onAnswer={onAnswer}>
          <Cost board={board} running={running} />
        </Confirm>
      ) : null}
    </section>
  )
}
