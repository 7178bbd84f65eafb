import * as Format from "@ebb/text/Format"
import type { ModeReport } from "@ebb/sim/measure/ModeReport"
import type { DrainOfMode } from "../PageData.ts"
import { FateBars, fatesIn, FateKey } from "./FateBars.tsx"
import { Prose } from "./Prose.tsx"
import { RunnerDrains } from "./RunnerDrains.tsx"

interface Props {
  readonly modes: ReadonlyArray<ModeReport>
  readonly drains: ReadonlyArray<DrainOfMode>
  readonly gracePeriodMs: number
  readonly firstSeed: number
}

/** The longest drain, or the grace period where that is not much longer. */
const fullOf = (drains: ReadonlyArray<DrainOfMode>, gracePeriodMs: number): number => {
  const longest = Math.max(0, ...drains.flatMap(({ rollout }) => rollout.runners.map(({ drainMs }) => drainMs ?? 0)))
  if (longest === 0) return Math.max(1, gracePeriodMs) * 1.02
  return gracePeriodMs <= longest * 3 ? Math.max(gracePeriodMs, longest) * 1.02 : longest * 1.02
}

const DrainsOfSeed = ({ drains, firstSeed, gracePeriodMs }: Omit<Props, "modes">) => (
  <DrainBars drains={drains} gracePeriodMs={gracePeriodMs} title={`Runner by runner, seed ${firstSeed}`} />
)

/** The runners of one rollout or several side by side, on one scale of time. */
export const DrainBars = ({
  drains,
  gracePeriodMs,
  title
}: Pick<Props, "drains" | "gracePeriodMs"> & { readonly title: string }) => {
  const fullMs = fullOf(drains, gracePeriodMs)
  const isForced = drains.every(({ rollout }) => rollout.mode === "force")
  const scale = isForced
    ? ""
    : gracePeriodMs > fullMs
      ? `; the grace period of ${Format.span(gracePeriodMs)} lies beyond the scale`
      : `; upright line: the grace period of ${Format.span(gracePeriodMs)}`
  const what = isForced
    ? "Every runner was killed at once"
    : `A bar from a runner's signal to the end of its last request, on a track of ${Format.duration(fullMs / 1.02)}`
  return (
    <>
      <h3 class="drains-title">{title}</h3>
      <p class="quiet small">
        <Prose text={`${what}${scale}.`} />
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
  const rolled = modes.filter(({ mode }) => mode !== "none")
  if (rolled.length === 0) return null
  return (
    <section class="card" aria-labelledby="drains">
      <h2 id="drains">Requests in flight at the rollout</h2>
      <FateKey shown={fatesIn(rolled)} />
      <FateBars rows={rolled} />
      {drains.length === 0 ? null : <DrainsOfSeed {...props} />}
    </section>
  )
}
