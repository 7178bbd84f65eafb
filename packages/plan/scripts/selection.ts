// How often `ebb plan scaling` chooses what brute force finds, and how many runs it takes:
//   bun packages/plan/scripts/selection.ts [--repetitions 200] [--seeds 1000]
import * as Scaling from "@ebb/plan/scaling/Scaling"
import { Effect } from "effect"
import { parseArgs } from "node:util"
import * as BruteForce from "../test/scaling/BruteForce.ts"
import { problems } from "../test/scaling/Problems.ts"

const { values } = parseArgs({
  options: { repetitions: { type: "string", default: "200" }, seeds: { type: "string", default: "1000" } }
})
const [repetitions, seeds] = [Number(values.repetitions), Number(values.seeds)]
const each = Math.ceil(repetitions / problems.length)
/** Seeds that no repetition has. */
const bruteSeed = 10_000_001
const apart = 10_000

const total = { right: 0, runs: 0, brute: 0, settled: 0 }
for (const problem of problems) {
  const { bounds, slos, spec } = problem
  const truth = await Effect.runPromise(BruteForce.of(problem, seeds, bruteSeed))
  const brute = truth.length * seeds * new Set(slos.map(({ mode }) => mode)).size
  const own = { right: 0, runs: 0, most: 0, settled: 0 }
  for (let repetition = 0; repetition < each; repetition++) {
    const run = { ...spec.run, seed: 1 + repetition * apart }
    const settings = { bounds, slos, runsMost: Scaling.runsDefault }
    const { chosen, confidence, runs } = await Effect.runPromise(Scaling.plan({ ...spec, run }, settings))
    if (BruteForce.isRight(truth, chosen?.settings ?? null)) own.right++
    if (confidence !== null) own.settled++
    own.runs += runs
    own.most = Math.max(own.most, runs)
  }
  console.log(
    `${problem.it}: right ${own.right} of ${each}, settled ${own.settled}, runs ${Math.round(own.runs / each)} in the mean ` +
      `and ${own.most} at most, brute force ${brute}`
  )
  total.right += own.right
  total.settled += own.settled
  total.runs += own.runs
  total.brute += brute * each
}
const all = each * problems.length
console.log(
  `all: right ${total.right} of ${all}, settled ${total.settled}, runs ${((100 * total.runs) / total.brute).toFixed(1)} % of brute force`
)
