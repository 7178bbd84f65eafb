import { rolled } from "@ebb/core/domain/ModeWords"
import * as Format from "@ebb/text/Format"
import * as RolloutWords from "./RolloutWords.ts"
import type { Board, Boards } from "@ebb/protocol/live/Board"
import { useClock } from "./Hooks.ts"
import { toAdd, toApp } from "./Route.ts"
import { Spark } from "./Spark.tsx"

const sparkEveryMs = 1000

interface RowProps {
  readonly board: Board
  readonly boards: Boards
  readonly nowMs: number
  readonly withEnv: boolean
}

const Row = ({ board: { series, view }, boards, nowMs, withEnv }: RowProps) => (
  <tr data-app={view.alias}>
    <th scope="row" class="words">
      <a href={toApp(view.alias)}>{view.alias}</a>
    </th>
    {withEnv ? <td class="words">{view.env}</td> : null}
    <td class={view.errored > 0 ? "bad" : ""} data-column="errored">
      {Format.integer(view.errored)}
    </td>
    <td>{Format.integer(view.runners)}</td>
    <td>{Format.integer(view.inFlight)}</td>
    <td class="spark">
      <Spark series={series} toMs={nowMs} />
    </td>
    <td>{Format.integer(view.waiting)}</td>
    <td>{Format.integer(view.slotsReady)}</td>
    <td>{view.latencyMs === null ? Format.none : Format.duration(view.latencyMs.p99)}</td>
    <td class="words">{lastOf(boards, view.alias)}</td>
  </tr>
)

/** All apps of the team, a row each. */
export const AppsPage = ({ boards }: { readonly boards: Boards }) => {
  const nowMs = boards.atMs(useClock(sparkEveryMs))
  const all = [...boards.apps.values()].toSorted((a, b) => (a.view.alias < b.view.alias ? -1 : 1))
  const withEnvironments = new Set(all.map(({ view }) => view.env)).size > 1
  return (
    <section class="card" aria-labelledby="apps">
      <h1 id="apps">Apps</h1>
      {all.length === 0 ? (
        <p>
          There is none yet. Paste a spec here, or run <code>ebb deploy</code> in a terminal.
        </p>
      ) : (
        <div class="scroll" role="region" tabIndex={0} aria-labelledby="apps">
          <table class="list">
            <thead>
              <tr>
                <th scope="col" class="words">
                  app
                </th>
                {withEnvironments ? (
                  <th scope="col" class="words">
                    environment
                  </th>
                ) : null}
                <th scope="col">errored</th>
                <th scope="col">runners</th>
                <th scope="col">in flight</th>
                <th scope="col" class="spark">
                  <span class="hidden">in flight over the last few minutes</span>
                </th>
                <th scope="col">waiting</th>
                <th scope="col">slots ready</th>
                <th scope="col">p99</th>
                <th scope="col" class="words">
                  rollout
                </th>
              </tr>
            </thead>
            <tbody>
              {all.map((board) => (
                <Row key={board.view.alias} board={board} boards={boards} nowMs={nowMs} withEnv={withEnvironments} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p>
        <a class="button" href={toAdd}>
          Add an app
        </a>
      </p>
    </section>
  )
}

const lastOf = (boards: Boards, alias: string): string => {
  const [last] = boards.rolloutsOf(alias)
  if (last === undefined) return Format.none
  return `${last.id} ${rolled(last.mode, last.escalatedAt !== undefined)}, ${RolloutWords.state(last)}`
}
