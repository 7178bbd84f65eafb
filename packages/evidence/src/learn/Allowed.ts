import { shown } from "@ebb/rows/RowError"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { defaults } from "./Defaults.ts"
import type { Finding, Missing } from "./Finding.ts"

/** The least of a spec in which any value that is learnt can stand. */
const around = "traffic: [{ kind: direct, arrivals: { poisson: 1/s } }]\n"

const where = ({ from, note }: Finding): string => `${from}${note === "" ? "" : ` (${note})`}`

/** Why a spec cannot have a value, by its reader; null where it can. */
export const refusal = (finding: Finding): Missing | null => {
  const { path, value } = finding
  const drafted = Spec.draft(around, { file: path, set: [`${path}=${value}`] })
  if (Result.isSuccess(drafted)) return null
  const must = drafted.failure.problem.replace(/, got .*$/su, "")
  return { path, how: `is ${shown(value)} in ${where(finding)}; in a spec it ${must}` }
}

const [least, most] = ["scaling.min_concurrency", "scaling.max_concurrency"] as const

/**
 * No app has fewer runners at most than at least. A bound, and what nobody knew, gives way to what was measured; of two
 * that were measured nobody knows which is wrong.
 */
export const inOrder = (known: Map<string, Finding>): ReadonlyArray<Missing> => {
  const [atLeast, atMost] = [known.get(least), known.get(most)]
  const mostValue = atMost?.value ?? defaults.find(([path]) => path === most)![1]
  if (atLeast === undefined || Number(atLeast.value) <= Number(mostValue)) return []
  if (atMost?.sure !== "measured") {
    const note = `as many as ${least}: at least so many are allowed`
    known.set(most, { ...atLeast, path: most, sure: "coarse", note })
    return [{ path: most, how: "write how many runners there may be" }]
  }
  const refused = atLeast.sure === "measured" ? [least, most] : [least]
  for (const path of refused) known.delete(path)
  const how = `${least} is ${atLeast.value} in ${where(atLeast)}, above ${most}, ${atMost.value} in ${where(atMost)}; write what holds`
  return refused.map((path) => ({ path, how }))
}
