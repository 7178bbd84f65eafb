import type { RehearsalSpec } from "./RehearsalSpec.ts"

type Rollouts = Pick<RehearsalSpec, "rollouts">

/** The rollouts of a spec in the order of their times. */
export const inOrder = ({ rollouts }: Rollouts): RehearsalSpec["rollouts"] =>
  rollouts.toSorted((a, b) => a.atMs - b.atMs)

/** From the first rollout of a spec to the next one that forces in every mode; null: there is none. */
export const forcedAfterMs = (spec: Rollouts): number | null => {
  const [first, ...later] = inOrder(spec)
  const forced = later.find(({ mode }) => mode === "force")
  return first === undefined || forced === undefined ? null : forced.atMs - first.atMs
}
