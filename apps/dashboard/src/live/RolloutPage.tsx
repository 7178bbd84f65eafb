import { rolled } from "@ebb/core/domain/ModeWords"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { useEffect, useState } from "preact/hooks"
import { Copy } from "../views/Copy.tsx"
import { meaningOf } from "../views/Modes.ts"
import * as RolloutRows from "../views/RolloutRows.ts"
import { RolloutView } from "../views/RolloutView.tsx"
import { save } from "../views/Save.ts"
import { aliasOf } from "@ebb/protocol/live/Board"
import { RolloutTimes } from "./RolloutTimes.tsx"
import { toApp } from "./Route.ts"
import type { Store } from "./Store.ts"

interface Props {
  readonly store: Store
  readonly id: string
}

const againMs = 1000
/** Once its slots are back: the last requests of its window may still end, and are in no summary. */
const againSlowlyMs = 10_000

/** The report as it stands; read again and again as long as anybody looks. */
const useReport = (store: Store, id: string): RolloutReport | string | null => {
  const [report, setReport] = useState<RolloutReport | string | null>(null)
  const summary = store.boards.rollouts.get(id)
  const seen = summary === undefined ? "" : `${summary.state} ${summary.ended} ${summary.drained} ${summary.errored}`
  useEffect(() => {
    let isGone = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      const next = await store.api.report(id).catch((error: Error) => error.message)
      if (isGone) return
      setReport((last) => (JSON.stringify(last) === JSON.stringify(next) ? last : next))
      if (typeof next === "string") return
      const isSettled = next.state !== "running" && next.capacity.recoveryMs !== null
      timer = setTimeout(() => void read(), isSettled ? againSlowlyMs : againMs)
    }
    void read()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [id, seen, store.link])
  return report
}

/** One rollout: the numbers and pictures of its report. */
export const RolloutPage = ({ id, store }: Props) => {
  const report = useReport(store, id)
  if (report === null) return <p role="status">Reading the report of {id}…</p>
  if (typeof report === "string") {
    return (
      <section class="card">
        <h1>{id}</h1>
        <p role="alert">{report}</p>
      </section>
    )
  }
  const mode = report.mode
  const { boards } = store
  const summary = boards.rollouts.get(id)
  const board = boards.apps.get(aliasOf(report))
  const gracePeriodMs = summary?.gracePeriodMs ?? 0
  const command = `ebb rollouts report ${id}`
  return (
    <>
      <header class={`rollout-head mode-${mode}`}>
        <p>
          <a href={toApp(aliasOf(report))}>← {aliasOf(report)}</a>
        </p>
        <h1>
          {id} of {aliasOf(report)}
        </h1>
        <p>
          <span class="mode-name">{rolled(mode, report.escalatedAtMs !== undefined)}</span>{" "}
          <span class="quiet">{meaningOf(mode)}</span>
        </p>
        <p>{RolloutRows.summary(report)}</p>
      </header>
      <RolloutView rollout={report} gracePeriodMs={gracePeriodMs} />
      {summary === undefined || board === undefined ? null : (
        <RolloutTimes
          summary={summary}
          report={report}
          series={board.series}
          drains={boards.drains}
          speed={store.speed}
          nowMs={boards.atMs(Date.now())}
        />
      )}
      <section class="card" aria-labelledby="again">
        <h2 id="again">The same in a terminal</h2>
        <p class="command">
          <code>{command}</code> <Copy label="Copy command" text={command} />
        </p>
        <p class="actions">
          <button type="button" onClick={() => save(`${id}.json`, "application/json", `${JSON.stringify(report)}\n`)}>
            Save the numbers as JSON
          </button>
        </p>
      </section>
    </>
  )
}
