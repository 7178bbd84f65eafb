import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Trouble from "@ebb/sim/report/Trouble"
import * as Verdict from "@ebb/sim/report/Verdict"
import type { DrainOfMode, Moments } from "../PageData.ts"
import type { ComponentChildren } from "preact"
import { Against } from "./Against.tsx"
import { Assertions } from "./Assertions.tsx"
import { Drains } from "./Drains.tsx"
import { Latency } from "./Latency.tsx"
import { Prose } from "./Prose.tsx"
import { Measures } from "./Measures.tsx"
import { Tiles } from "./Tiles.tsx"
import { Timelines } from "./Timelines.tsx"
import { VerdictCard } from "./VerdictCard.tsx"

interface Props {
  readonly report: RehearsalReport
  readonly moments: Moments
  readonly drains: ReadonlyArray<DrainOfMode>
  readonly gracePeriodMs: number
  readonly firstSeed: number
  /** What goes between what it comes to and its numbers. */
  readonly children?: ComponentChildren
}

/** The modes of a rehearsal side by side: at a glance, over time, what became of the requests, every measure. */
export const Comparison = ({ children, drains, firstSeed, gracePeriodMs, moments, report }: Props) => {
  const { modes, moment, seeds } = report
  const advised = Verdict.advised(report)?.mode ?? null
  const spread = moment !== null && moment.toMs > moment.fromMs
  const { atMs, windowEndMs } = moments
  const warnings = Trouble.warnings(report)
  return (
    <>
      {report.against === undefined ? null : <Against comparison={report.against} />}
      {report.assertions === undefined ? null : <Assertions assertions={report.assertions} />}
      {warnings.length === 0 ? null : (
        <section class="card warnings" aria-labelledby="warnings">
          <h2 id="warnings">Before anything else</h2>
          {warnings.map((warning) => (
            <p key={warning}>
              <Prose text={warning} />
            </p>
          ))}
        </section>
      )}
      <VerdictCard report={report} />
      {children}
      <Tiles modes={modes} advised={advised} />
      <Timelines modes={modes} moments={moments} seeds={seeds} isSpread={spread} />
      <Drains modes={modes} drains={drains} gracePeriodMs={gracePeriodMs} firstSeed={firstSeed} />
      <Latency modes={modes} windowMs={atMs === null || windowEndMs === null ? null : windowEndMs - atMs} />
      <Measures report={report} advised={advised} />
    </>
  )
}
