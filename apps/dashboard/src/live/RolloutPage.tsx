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
/** Once its slots are back, the last requests of its window may still end, and are in no summary; where there is none, one may come. */
const againSlowlyMs = 10_000

interface Reading {
  readonly report: RolloutReport | null
  /** Why it could not be read the last time. */
  readonly problem: string | null
}

/** The report as it stands; read again and again as long as anybody looks. What was read once stays. */
const useReport = (store: Store, id: string): Reading => {
  const [report, setReport] = useState<RolloutReport | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const { link, speed } = store
  const isUseless = link === "lost" && report !== null
  const summary = store.boards.rollouts.get(id)
  const seen = summary === undefined ? "" : `${summary.state} ${summary.ended} ${summary.drained} ${summary.errored}`
  useEffect(() => {
    if (isUseless) return
    let isGone = false
    let last = report
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      const next = await store.api.report(id).catch((error: Error) => error.message)
      if (isGone) return
      setProblem(typeof next === "string" ? next : null)
      if (typeof next !== "string" && JSON.stringify(last) !== JSON.stringify(next)) {
        last = next
        setReport(next)
      }
      timer = setTimeout(() => void read(), last === null || isSettled(last) ? againSlowlyMs : againMs)
    }
    void read()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [id, seen, link, isUseless])
  useEffect(() => {
    if (report !== null) store.takeReport(report)
  }, [report, summary === undefined, speed])
  return { report, problem: isUseless ? null : problem }
}

const isSettled = ({ capacity, state }: RolloutReport): boolean => state !== "running" && capacity.recoveryMs !== null

/** One rollout: the numbers and pictures of its report. */
export const RolloutPage = ({ id, store }: Props) => {
  const { problem, report } = useReport(store, id)
  if (report === null && problem === null) return <p role="status">Reading the report of {id}…</p>
  if (report === null) {
    return (
      <section class="card">
        <h1>{id}</h1>
        <p role="alert">{problem}</p>
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
        {problem === null ? null : (
          <p role="alert">This report could not be read again; the page keeps trying: {problem}</p>
        )}
      </header>
      <RolloutView rollout={report} gracePeriodMs={gracePeriodMs} />
      {summary === undefined || board === undefined || store.speed === null ? null : (
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
