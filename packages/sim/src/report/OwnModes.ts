import * as Format from "@ebb/text/Format"
import type { Mode } from "../spec/SpecSchema.ts"
import type { RehearsalSpec } from "../spec/Spec.ts"
import type { OwnModes, RehearsalReport } from "./RehearsalReport.ts"

/**
 * The rollouts to which the spec gives a mode of their own, whatever the mode of the run; undefined without any. One that has
 * the only mode there is rolls out as it is called.
 */
export const ownModesOf = ({ rollouts }: RehearsalSpec, modes: ReadonlyArray<Mode>): OwnModes | undefined => {
  const rolling = modes.filter((mode) => mode !== "none")
  const only = rolling.length === 1 ? rolling[0] : null
  const own = rollouts.flatMap(({ atMs, mode }) => (mode === null || mode === only ? [] : [{ atMs, mode }]))
  if (own.length === 0 || rolling.length === 0) return undefined
  const firstMs = Math.min(...rollouts.map(({ atMs }) => atMs))
  return { rollouts: own, isAll: own.length === rollouts.length, hasFirst: own.some(({ atMs }) => atMs === firstMs) }
}

/** So many are told one by one. */
const toldMost = 4

const listed = ({ rollouts }: OwnModes): string => {
  const told = rollouts.slice(0, toldMost).map(({ atMs, mode }) => `${mode} at ${Format.span(atMs)}`)
  return [...told, ...(rollouts.length > toldMost ? [`${rollouts.length - toldMost} more`] : [])].join(", ")
}

/** That there is nothing to compare; empty where there is. */
export const nothingCompared = ({ ownModes }: Pick<RehearsalReport, "ownModes">): ReadonlyArray<string> => {
  if (ownModes?.isAll !== true) return []
  const [which, field] =
    ownModes.rollouts.length === 1 ? ["its rollout", "rollouts[0].mode"] : ["every rollout", "rollouts[].mode"]
  return [
    `The spec fixes the mode of ${which} (${listed(ownModes)}), whatever the mode of the run, so there is nothing to compare. To compare the modes, leave ${field} out.`
  ]
}

/** Which of several rollouts do not differ between the modes. */
export const alike = ({ ownModes }: Pick<RehearsalReport, "ownModes">): ReadonlyArray<string> => {
  if (ownModes === undefined || ownModes.isAll) return []
  const first = ownModes.hasFirst ? "; the first is one of these" : ""
  return [
    `The spec fixes the mode of ${ownModes.rollouts.length} of them (${listed(ownModes)}), whatever the mode of the run${first}.`
  ]
}
