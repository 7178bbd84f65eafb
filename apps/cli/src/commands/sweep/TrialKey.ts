import type { Columns } from "@ebb/sim/workload/Trace"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { version } from "@ebb/text/Version"
import { createHash } from "node:crypto"

const known = new WeakMap<Columns, string>()

const hashOfColumns = (columns: Columns): string => {
  const there = known.get(columns)
  if (there !== undefined) return there
  const hash = createHash("sha256").update(columns.timesMs)
  for (const [name, values] of columns.values) hash.update(name).update(values)
  const made = hash.digest("hex")
  known.set(columns, made)
  return made
}

const digits = 16

/** Of what a spec is, the files that it names included, and of the rules: the version of ebb. */
export const specHash = (spec: RehearsalSpec): string =>
  createHash("sha256")
    .update(JSON.stringify([version, spec.text]))
    .update([...spec.columns].map(([wanted, columns]) => `${wanted}${hashOfColumns(columns)}`).join("\n"))
    .digest("hex")
    .slice(0, digits)

/** Names a trial by its spec and seed, for all time and on every machine. */
export const make = (hash: string, seed: number | "all"): string => `${hash}-${seed}`
