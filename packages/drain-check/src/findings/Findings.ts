import type { Advice, Rollout } from "../CheckReport.ts"
import * as Format from "@ebb/text/Format"
import { type Facts, isClean, isDoubtful, stoodStill } from "./Facts.ts"
import { gates } from "./Gates.ts"
import { notes } from "./Notes.ts"
import { problems } from "./Problems.ts"
import type { Row } from "./Row.ts"

/** Every row of the table. */
export const rows: ReadonlyArray<Row> = [...gates, ...problems, ...notes]

const rolloutsOf = ({ of }: Row, { graceful, idle, kept }: Facts): ReadonlyArray<Rollout> => {
  const among: Readonly<Record<Row["of"], ReadonlyArray<Rollout | null>>> = {
    graceful: [graceful],
    kept: [kept],
    idle: [idle],
    // What is wrong without kept connections is told once, not of those too.
    either: [graceful, isClean(graceful) ? kept : null],
    each: [graceful, kept, idle]
  }
  return among[of].filter((rollout) => rollout !== null)
}

const lead = (row: Row, { run }: Rollout): string => {
  if (row.of !== "either" && row.of !== "each") return ""
  return run === "kept" ? "Over kept connections: " : run === "idle" ? "With nothing under way: " : ""
}

/** Codes that say no more than that nothing was shown, be it because the machine was too busy. */
export const undecided: ReadonlySet<Advice["code"]> = new Set([
  "nothing-in-flight",
  "too-busy",
  "would-cut",
  "drain-unproved",
  "kept-unproved"
])

/** Said in the place of a reason that the machine may have brought about as well as the server. */
const doubt = (text: string, { heldUpMs }: Rollout): Advice => ({
  code: "too-busy",
  isProblem: true,
  text: `The machine was too busy to tell the server's delays from its own: ebb itself had to wait up to ${Format.duration(heldUpMs)} to look at the server. What it saw: ${text}`,
  remedy: "Check on a less busy machine.",
  snippet: null
})

const apply = (row: Row, facts: Facts): Advice | null => {
  const rollout = rolloutsOf(row, facts).find((each) => row.when(each, facts))
  if (rollout === undefined) return null
  const text = lead(row, rollout) + row.says(rollout, facts)
  if (row.isTimed === true && isDoubtful(rollout)) return doubt(text, rollout)
  return {
    code: row.code,
    isProblem: row.kind === "problem",
    text,
    remedy: row.remedy?.(rollout, facts) ?? null,
    snippet: row.snippet?.(facts) ?? null
  }
}

const applied = (table: ReadonlyArray<Row>, facts: Facts): ReadonlyArray<Advice> =>
  table.flatMap((row) => apply(row, facts) ?? [])

/** One doubt is enough. */
const withoutRepeats = (advice: ReadonlyArray<Advice>): ReadonlyArray<Advice> =>
  advice.filter(({ code }, at) => advice.findIndex((each) => each.code === code) === at)

const last = problems.filter(({ isLast }) => isLast === true)

const allAnswered = "nothing was cut; in such a time even a server that cuts may have answered everything."

/** What follows from the facts, problems first. What was asked for has to say something about the server before anything else does. */
export const find = (facts: Facts): ReadonlyArray<Advice> => {
  const [gate] = applied(gates, facts)
  if (gate !== undefined) return [gate]
  const wrong = withoutRepeats(
    applied(
      problems.filter(({ isLast }) => isLast !== true),
      facts
    )
  )
  const unproved = wrong.length > 0 ? [] : applied(last, facts)
  const isShown = wrong.length + unproved.length > 0 || !stoodStill(facts.graceful)
  return [...wrong, ...unproved, ...(isShown ? [] : [doubt(allAnswered, facts.graceful)]), ...applied(notes, facts)]
}
