// How often the intervals of the curve of grace have the truth in them, where theory knows it:
//   bun packages/plan/scripts/graceCoverage.ts [--curves 100] [--seeds 30]
import { Effect } from "effect"
import { parseArgs } from "node:util"
import * as Coverage from "../test/grace/Coverage.ts"
import { tails } from "../test/grace/Residual.ts"

const { values } = parseArgs({
  options: { curves: { type: "string", default: "100" }, seeds: { type: "string", default: "30" } }
})
const [curves, seeds] = [Number(values.curves), Number(values.seeds)]
const share = (part: number, of: number): string => `${part} of ${of}, ${((100 * part) / of).toFixed(1)} %`

let [points, covered] = [0, 0]
for (const [name, service] of Object.entries(tails)) {
  const onCurve = (curve: number): void => void process.stderr.write(`\r${name} ${curve} of ${curves}`)
  const counts = await Effect.runPromise(Coverage.of(service, { curves, seeds, onCurve }))
  const worst = Math.max(...counts.misses)
  const without = counts.misses.filter((misses) => misses === 0).length
  console.log(
    `\n${name}: ${share(counts.covered, counts.points)}; curves without a miss ${without}, most misses in one ${worst}`
  )
  points += counts.points
  covered += counts.covered
}
console.log(`intervals that have the truth: ${share(covered, points)}`)
