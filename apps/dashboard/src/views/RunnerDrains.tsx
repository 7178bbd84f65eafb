import type { RolloutReport, RolloutRunner } from "@ebb/core/domain/RolloutReport"
import * as Format from "@ebb/text/Format"
import * as DrainWords from "./DrainWords.ts"
import type { Fate } from "./Fates.ts"

interface Props {
  readonly mode: string
  readonly rollout: RolloutReport
  readonly gracePeriodMs: number
  /** The time that fills a bar's track, the same in all rollouts side by side. */
  readonly fullMs: number
}

/** The endings that the requests of a runner do not tell already. */
const endings: Readonly<Record<string, string>> = {
  startup_cancelled: "start cancelled",
  escalated: "escalated",
  crashed: "crashed",
  expired: "expired"
}

/** What the time of a bar was good for: a runner on which nothing drained only put off the cut. */
const fateOf = (runner: RolloutRunner): Fate =>
  runner.drained === 0 && DrainWords.unansweredOf(runner) > 0 ? cutFate(runner) : "drained"

const cutFate = ({ errored }: RolloutRunner): Fate => (errored > 0 ? "errored" : "retried")

const ended = ["drained", "errored", "retried", "cancelled"] as const

const requestsOf = (runner: RolloutRunner, isOver: boolean): string => {
  const left = runner.inFlightAtStart - ended.reduce((sum, fate) => sum + runner[fate], 0)
  const parts = ended.flatMap((fate) => (runner[fate] > 0 ? [`${runner[fate]} ${fate}`] : []))
  if (left > 0) parts.push(`${left} ${runner.endedBy === null && !isOver ? "in flight" : "unresolved"}`)
  return parts.length === 0 ? "nothing in flight" : parts.join(", ")
}

/** Whether it works on until it is told to stop: what is in flight then is not known before. */
const isToCome = ({ endedBy, signalAfterMs }: RolloutRunner): boolean => signalAfterMs === null && endedBy === null

const Bar = ({
  fullMs,
  gracePeriodMs,
  isForce,
  runner
}: { readonly runner: RolloutRunner; readonly isForce: boolean } & Pick<Props, "fullMs" | "gracePeriodMs">) => {
  const width = Math.min(100, ((runner.drainMs ?? 0) / fullMs) * 100)
  return (
    <span class="track" aria-hidden="true">
      {width > 0 ? <span class={`part fate-${fateOf(runner)}`} style={{ width: `${width}%` }} /> : null}
      {DrainWords.unansweredOf(runner) > 0 && (width === 0 || runner.drained > 0) ? (
        <span class={`part cap fate-${cutFate(runner)}`} />
      ) : null}
      {isForce || gracePeriodMs > fullMs ? null : (
        <span class="grace" style={{ left: `${(gracePeriodMs / fullMs) * 100}%` }} />
      )}
    </span>
  )
}

/** A simulated runner by its number, a live one by as much of its id as people compare. */
const nameOf = ({ id }: RolloutRunner): string =>
  id.startsWith("runner-") ? id.replace("runner-", "r-") : id.slice(0, 8)

/** The runners of a rollout that had requests in flight: a bar each from its signal to its last request's end. */
export const RunnerDrains = ({ fullMs, gracePeriodMs, mode, rollout }: Props) => {
  const isOver = rollout.state !== "running"
  const busy = rollout.runners.filter(({ inFlightAtStart }) => inFlightAtStart > 0)
  const toCome = rollout.runners.filter(isToCome).length
  const idle = rollout.runners.filter((runner) => runner.inFlightAtStart === 0 && !isToCome(runner)).length
  return (
    <div class={`drain mode-${mode}`}>
      <table>
        <caption>
          <span class="mode-name">{mode}</span> <span class="quiet small">{DrainWords.summary(rollout)}</span>
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
              <th scope="row" title={runner.id}>
                {nameOf(runner)}
              </th>
              <td class="bar">
                <Bar runner={runner} fullMs={fullMs} gracePeriodMs={gracePeriodMs} isForce={rollout.mode === "force"} />
              </td>
              <td class="time">{runner.drainMs === null ? "" : Format.duration(runner.drainMs)}</td>
              <td class="fates">
                <span class="unbroken">{requestsOf(runner, isOver)}</span>
                <span class="quiet">{endingOf(runner)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {idle === 0 ? null : <p class="quiet small">{Format.counted(idle, "runner")} without a request in flight</p>}
      {toCome === 0 ? null : (
        <p class="quiet small">{`${Format.counted(toCome, "runner")} ${isOver ? "never told to stop" : "not told to stop yet"}`}</p>
      )}
    </div>
  )
}

const endingOf = ({ endedBy }: RolloutRunner): string => {
  if (endedBy === null) return ", not ended"
  const ending = endings[endedBy]
  return ending === undefined ? "" : `, ${ending}`
}
