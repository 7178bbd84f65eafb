// How often the intervals of `ebb plan when` have the truth in them, and whether it ranks a known day as it is:
//   bun packages/plan/scripts/coverage.ts [--plans 400] [--seeds 10] [--hours 24]
import * as When from "@ebb/plan/when/When"
import { Effect } from "effect"
import { parseArgs } from "node:util"
import * as Coverage from "../test/when/Coverage.ts"
import { steady } from "../test/when/Daily.ts"

const { values } = parseArgs({
  options: {
    plans: { type: "string", default: "400" },
    seeds: { type: "string", default: "10" },
    hours: { type: "string", default: "24" }
  }
})
const [plans, seeds] = [Number(values.plans), Number(values.seeds)]
const overMs = Number(values.hours) * 3_600_000
const share = (part: number, of: number): string => `${part} of ${of}, ${((100 * part) / of).toFixed(2)} %`
const onPlan = (plan: number): void => void process.stderr.write(`\r${plan} of ${plans}`)

const counts = await Effect.runPromise(Coverage.of({ plans, seeds, overMs, onPlan }))
console.log(`\nintervals that have the truth: ${share(counts.covered, counts.intervals)}`)
console.log(`pairs two groups apart in the wrong order: ${share(counts.wrong, counts.apart)}`)
console.log(`days of a known rate where it matters when: ${share(counts.matters, plans)}`)
console.log(`the quietest step is among the best: ${share(counts.quietest, plans)}`)

let matters = 0
for (let plan = 0; plan < plans; plan++) {
  const when = await Effect.runPromise(When.plan(steady(1 + plan * seeds, seeds), { mode: "force", overMs }))
  if (when!.matters) matters++
  onPlan(plan + 1)
}
console.log(`\nsteady days where it matters when: ${share(matters, plans)}`)
