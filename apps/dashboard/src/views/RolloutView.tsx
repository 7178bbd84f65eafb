import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { Measured } from "@ebb/text/Format"
import { DrainBars } from "./Drains.tsx"
import { FateBars, fatesIn, FateKey } from "./FateBars.tsx"
import type { FateCounts } from "./Fates.ts"
import * as RolloutRows from "./RolloutRows.ts"

const exact = (value: number): Measured => ({ mean: value, low: value, high: value, n: 1 })

const countsOf = ({ inFlight }: RolloutReport): FateCounts => ({
  atStart: exact(inFlight.atStart),
  drained: exact(inFlight.drained),
  retried: exact(inFlight.retried),
  errored: exact(inFlight.errored),
  cancelled: exact(inFlight.cancelled),
  unresolved: exact(inFlight.unresolved)
})

interface Props {
  readonly rollout: RolloutReport
  readonly gracePeriodMs: number
}

/** One rollout: what became of the requests in flight, runner by runner, and its measures. */
export const RolloutView = ({ gracePeriodMs, rollout }: Props) => {
  const mode = rollout.mode
  const rows = [{ mode, inFlight: countsOf(rollout) }]
  return (
    <div class="of-rollout">
      <section class="card" aria-labelledby="drains">
        <h2 id="drains">Requests in flight at the rollout</h2>
        <FateKey shown={fatesIn(rows)} />
        <FateBars rows={rows} />
        <DrainBars drains={[{ mode, rollout }]} gracePeriodMs={gracePeriodMs} title="Runner by runner" />
      </section>
      <section class="card" aria-labelledby="measures">
        <h2 id="measures">Measures</h2>
        <table class="measures of-one">
          <tbody>
            {RolloutRows.rows(rollout).map(([label, value]) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}
