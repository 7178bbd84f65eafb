import * as Journal from "@ebb/sim/experiment/Journal"
import { nameOf, runs, specOf } from "./Specs.ts"

/** Prints the length and the hash of every run's journal; nothing but ECMAScript and `console`. */
const entries = runs.map((run) => {
  const lines = Journal.write(specOf(run), run.mode, run.seed)
  const { hash }: { readonly hash: string } = JSON.parse(lines.at(-1)!)
  return [nameOf(run), { lines: lines.length, hash }]
})
console.log(JSON.stringify(Object.fromEntries(entries), null, 2))
