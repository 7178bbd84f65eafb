import { useEffect, useState } from "preact/hooks"
import type { Board } from "@ebb/protocol/live/Board"
import { Alarms } from "./Alarms.tsx"
import { Charts } from "./Charts.tsx"
import { ManageApp } from "./ManageApp.tsx"
import { useClock } from "./Hooks.ts"
import { Numbers } from "./Numbers.tsx"
import { RolloutButtons } from "./RolloutButtons.tsx"
import { RolloutLog } from "./RolloutLog.tsx"
import { RunnerGrid } from "./RunnerGrid.tsx"
import { RunnerKey } from "./RunnerKey.tsx"
import { RunnerPanel } from "./RunnerPanel.tsx"
import { AppFaults, Scaling } from "./ScalingPanel.tsx"
import { SendPanel } from "./SendPanel.tsx"
import type { Store } from "./Store.ts"

interface Props {
  readonly store: Store
  readonly board: Board
}

/** From so many runners on the grid has the whole width. */
const wideFrom = 200

/** One app, live. */
export const AppPage = ({ board, store }: Props) => {
  const [chosen, setChosen] = useState<string | null>(null)
  const { api, boards } = store
  const { view } = board
  const rollouts = boards.rolloutsOf(view.alias)
  useEffect(() => setChosen(null), [view.alias])
  const isWide = board.places.cells.length >= wideFrom
  return (
    <>
      <h1 class="hidden">{view.alias}</h1>
      <Alarms key={`alarms of ${view.alias}`} api={api} board={board} />
      <Numbers board={board} atMs={boards.atMs(useClock(1000))} />
      <div class={`bench${isWide ? " wide" : ""}`}>
        <section class="card runners" aria-labelledby="runners">
          <h2 id="runners">Runners</h2>
          <RunnerGrid board={board} chosen={chosen} onChoose={setChosen} />
          <RunnerKey board={board} />
          <RunnerPanel api={api} runner={board.runners.get(chosen ?? "")} atMs={boards.atMs(Date.now())} />
        </section>
        <div class="bench-side">
          <RolloutButtons key={view.alias} api={api} board={board} rollouts={rollouts} />
          <SendPanel key={`send to ${view.alias}`} api={api} alias={view.alias} />
        </div>
        <div class="bench-main">
          <Charts store={store} board={board} rollouts={rollouts} />
          <div class="bench-settings">
            <Scaling key={`scaling of ${view.alias}`} api={api} board={board} />
            <div>
              <AppFaults key={`faults of ${view.alias}`} api={api} board={board} />
              <ManageApp key={`manage ${view.alias}`} api={api} board={board} />
            </div>
          </div>
        </div>
      </div>
      <RolloutLog rollouts={rollouts} />
    </>
  )
}
