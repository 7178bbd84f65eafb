import type { LogLine, RunnerInfo } from "@ebb/protocol/rest/Shapes"
import type { RunnerView } from "@ebb/protocol/rest/Events"
import * as Format from "@ebb/text/Format"
import { useEffect, useState } from "preact/hooks"
import type { Api } from "./Api.ts"
import { clock } from "./TimeAxis.ts"

const againMs = 2000
const linesMax = 100

interface Inside {
  readonly leases: RunnerInfo["leases"]
  readonly logs: ReadonlyArray<LogLine>
}

/** What a runner works on and what it has printed, read again as long as somebody looks. */
const useInside = (api: Api, { alias, id }: RunnerView, isOpen: boolean): Inside | string | null => {
  const [inside, setInside] = useState<Inside | string | null>(null)
  useEffect(() => {
    if (!isOpen) return
    let isGone = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async (): Promise<void> => {
      const next = await Promise.all([api.runners(alias), api.logs(id)]).then(
        ([runners, logs]) => ({ leases: runners.find((one) => one.runner_id === id)?.leases ?? [], logs }),
        (error: Error) => error.message
      )
      if (isGone) return
      setInside(next)
      timer = setTimeout(() => void read(), againMs)
    }
    void read()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [id, isOpen])
  return inside
}

const Requests = ({ leases }: Pick<Inside, "leases">) =>
  leases.length === 0 ? (
    <p class="quiet small">No request is in flight on it.</p>
  ) : (
    <ul class="leases">
      {leases.map(({ leased_at_epoch, request_id }) => (
        <li key={request_id}>
          <code>{request_id}</code> <span class="quiet">since {clock(leased_at_epoch * 1000)}</span>
        </li>
      ))}
    </ul>
  )

const Logs = ({ logs }: Pick<Inside, "logs">) =>
  logs.length === 0 ? (
    <p class="quiet small">It has printed nothing yet.</p>
  ) : (
    <div class="scroll logs" role="region" tabIndex={0} aria-label="Logs of the runner">
      <pre>
        {logs
          .slice(-linesMax)
          .map(({ level, message, timestamp }) => `${clock(Date.parse(timestamp))} ${level} ${message}`)
          .join("\n")}
      </pre>
    </div>
  )

/** The requests on a runner and its logs, for who opens them. */
export const RunnerInside = ({ api, runner }: { readonly api: Api; readonly runner: RunnerView }) => {
  const [isOpen, setOpen] = useState(false)
  const inside = useInside(api, runner, isOpen)
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Its requests and logs</summary>
      {typeof inside === "string" ? <p class="problem small">{inside}</p> : null}
      {inside === null || typeof inside === "string" ? null : (
        <>
          <h3>{Format.counted(inside.leases.length, "request")} in flight</h3>
          <Requests leases={inside.leases} />
          <h3>Logs</h3>
          <Logs logs={inside.logs} />
        </>
      )}
    </details>
  )
}
