import type { Escalation, EscalationPoint } from "@ebb/plan/way/Escalation"
import { fromMs } from "@ebb/text/Duration"
import * as Format from "@ebb/text/Format"

const seconds = (value: number): string => Format.duration(value * 1000)

/** What a graceful rollout cuts and costs that is forced after so long; the time that is advised stands out. */
export const Escalations = ({
  currency,
  escalation: { curve, seconds: advised }
}: {
  readonly currency: string | null
  readonly escalation: Escalation
}) => {
  const hasCost = curve.some(({ cost }) => cost !== null)
  const costOf = ({ cost }: EscalationPoint): string =>
    cost === null || currency === null ? Format.none : Format.moneyOf(cost, currency)
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label="Graceful, forced after">
      <table class="numbers">
        <thead>
          <tr>
            <th scope="row">graceful, forced after</th>
            {["cut", "work lost", "runners held", "recovery", ...(hasCost ? ["costs"] : [])].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {curve.map((point) => (
            <tr key={point.seconds} class={point.seconds === advised ? "advised" : ""}>
              <th scope="row">
                {fromMs(point.seconds * 1000)}
                {point.seconds === advised ? " (advised)" : ""}
              </th>
              <td>{Format.count(point.errors)}</td>
              <td>{seconds(point.lostWorkSeconds.mean)}</td>
              <td>{seconds(point.heldRunnerSeconds.mean)}</td>
              <td>{point.recoveryMs === null ? "never" : Format.durationOf(point.recoveryMs)}</td>
              {hasCost ? <td>{costOf(point)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
