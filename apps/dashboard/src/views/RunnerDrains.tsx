import type { RolloutReport, RolloutRunner } from "@ebb/core/domain/RolloutReport"
import * as Format from "@ebb/sim/Format"

interface Props {
  readonly mode: string
  readonly rollout: RolloutReport
  readonly gracePeriodMs: number
  /** The time that fills a bar's track, the same in all rollouts side by side. */
  readonly fullMs: number
}

const endings: Readonly<Record<string, string>> = {
  drained: "drained",
  idle: "idle",
  startup_cancelled: "start cancelled",
  grace_exceeded: "grace exceeded",
  killed: "killed",
  escalated: "escalated",
  crashed: "crashed",
  expired: "expired"
}

const cutOf = ({ errored, retried }: RolloutRunner): number => errored + retried

const requestsOf = (runner: RolloutRunner): string => {
  const parts = (["drained", "errored", "retried", "cancelled"] as const).flatMap((fate) =>
    runner[fate] > 0 ? [`${runner[fate]} ${fate}`] : []
  )
  return parts.length === 0 ? "nothing in flight" : parts.join(", ")
}

const Bar = ({
  fullMs,
  gracePeriodMs,
  isForce,
  runner
}: { readonly runner: RolloutRunner; readonly isForce: boolean } & Pick<Props, "fullMs" | "gracePeriodMs">) => {
  const width = Math.min(100, ((runner.drainMs ?? 0) / fullMs) * 100)
  return (
    <span class="track" aria-hidden="true">
      {runner.drained > 0 || width > 0 ? <span class="part fate-drained" style={{ width: `${width}%` }} /> : null}
      {cutOf(runner) > 0 ? <span class="part cap fate-errored" /> : null}
      {isForce || gracePeriodMs > fullMs ? null : (
        <span class="grace" style={{ left: `${(gracePeriodMs / fullMs) * 100}%` }} />
      )}
    </span>
  )
}

/** The runners of a rollout that had requests in flight: a bar each from its signal to its last request's end. */
export const RunnerDrains = ({ fullMs, gracePeriodMs, mode, rollout }: Props) => {
  const busy = rollout.runners.filter(({ inFlightAtStart }) => inFlightAtStart > 0)
  const idle = rollout.runners.length - busy.length
  return (
    <div class={`drain mode-${mode}`}>
      <table>
        <caption>
          <span class="mode-name">{mode}</span> <span class="quiet small">{summaryOf(rollout)}</span>
        </caption>
        <thead class="hidden">
          <tr>
            <th scope="col">runner</th>
            <th scope="col">drain</th>
            <th scope="col">time</th>
            <th scope="col">requests</th>
          </tr>
        </thead>
        <tbody>
          {busy.map((runner) => (
            <tr key={runner.id}>
              <th scope="row">{runner.id.replace("runner-", "r-")}</th>
              <td class="bar">
                <Bar runner={runner} fullMs={fullMs} gracePeriodMs={gracePeriodMs} isForce={rollout.mode === "force"} />
              </td>
              <td class="time">{runner.drainMs === null ? Format.none : Format.duration(runner.drainMs)}</td>
              <td class="fates">
                {requestsOf(runner)}
                <span class="quiet">{endingOf(runner)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {idle === 0 ? null : (
        <p class="quiet small">
          {idle} {idle === 1 ? "runner" : "runners"} without a request in flight
        </p>
      )}
    </div>
  )
}

const endingOf = ({ endedBy }: RolloutRunner): string =>
  endedBy === null
    ? ", not ended"
    : endedBy === "drained" || endedBy === "killed"
      ? ""
      : `, ${endings[endedBy] ?? endedBy}`

const summaryOf = ({ finishedAtMs, runners, startedAtMs, state }: RolloutReport): string => {
  const took = finishedAtMs === null ? state : `in ${Format.duration(finishedAtMs - startedAtMs)}`
  return `${runners.length} runners, ${took}`
}
