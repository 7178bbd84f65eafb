import * as Format from "@ebb/sim/Format"
import type { ModeReport } from "@ebb/sim/RehearsalReport"
import type { DrainOfMode } from "../PageData.ts"
import { FateBars, FateKey } from "./FateBars.tsx"
import { fates } from "./Fates.ts"
import { RunnerDrains } from "./RunnerDrains.tsx"

interface Props {
  readonly modes: ReadonlyArray<ModeReport>
  readonly drains: ReadonlyArray<DrainOfMode>
  readonly gracePeriodMs: number
  readonly firstSeed: number
}

/** The longest drain, or the grace period where that is not much longer. */
const fullOf = (drains: ReadonlyArray<DrainOfMode>, gracePeriodMs: number): number => {
  const longest = Math.max(1, ...drains.flatMap(({ rollout }) => rollout.runners.map(({ drainMs }) => drainMs ?? 0)))
  return gracePeriodMs <= longest * 3 ? Math.max(gracePeriodMs, longest) * 1.02 : longest * 1.02
}

const DrainsOfSeed = ({ drains, firstSeed, gracePeriodMs }: Omit<Props, "modes">) => {
  const fullMs = fullOf(drains, gracePeriodMs)
  const scale =
    gracePeriodMs > fullMs
      ? `; the grace period of ${Format.span(gracePeriodMs)} lies beyond the scale`
      : `; upright line: the grace period of ${Format.span(gracePeriodMs)}`
  return (
    <>
      <h3 class="drains-title">Runner by runner, seed {firstSeed}</h3>
      <p class="quiet small">
        A bar from a runner's signal to the end of its last request, on a track of {Format.duration(fullMs / 1.02)}
        {scale}.
      </p>
      <div class="drains">
        {drains.map(({ mode, rollout }) => (
          <RunnerDrains key={mode} mode={mode} rollout={rollout} gracePeriodMs={gracePeriodMs} fullMs={fullMs} />
        ))}
      </div>
    </>
  )
}

/** What became of the requests in flight: over the seeds, and runner by runner for the first of them. */
export const Drains = (props: Props) => {
  const { drains, modes } = props
  const shown = fates.filter((fate) =>
    modes.some(({ inFlight, mode }) => mode !== "none" && (inFlight[fate]?.mean ?? 0) > 0)
  )
  if (!modes.some(({ mode }) => mode !== "none")) return null
  return (
    <section class="card" aria-labelledby="drains">
      <h2 id="drains">Requests in flight at the rollout</h2>
      <FateKey shown={shown} />
      <FateBars modes={modes} />
      {drains.length === 0 ? null : <DrainsOfSeed {...props} />}
    </section>
  )
}
