// `bun run closed-loop`: a sandbox of known values under load, with a graceful and a forced rollout; what `ebb init` learns of it and
// what `ebb calibrate` says of it. With --real its runners are processes that slow down under load.
import { parseArgs } from "node:util"
import { loop, real, seen, simulated } from "../test/e2e/Loop.ts"

const usage = `Usage: bun run closed-loop [--real] [--requests N]

  --real              runners that are processes, at speed 1 (default: simulated ones, at speed 10)
  --requests N        how many (default 24,750, with --real 4,000)
`

const options = { real: { type: "boolean", default: false }, requests: { type: "string" } } as const
const given = parseArgs({ options }).values
const requests = given.requests ?? (given.real ? "4000" : "24750")
if (!/^\d{3,7}$/.test(requests)) {
  process.stderr.write(usage)
  process.exit(2)
}
const count = Number(requests)
const run = given.real ? { spec: real, speed: 1, perSecond: 15 } : { spec: simulated(10), speed: 10, perSecond: 450 }
const { evidence } = await seen({
  ...run,
  count,
  rollouts: [
    { after: Math.floor(count * 0.65), force: false },
    { after: Math.floor(count * 0.85), force: true }
  ]
})
const { learnt, measures } = await loop(evidence, 20)
for (const { note, path, value } of learnt.findings)
  if (/^runner\.|^traffic|multiplexing/.test(path)) process.stdout.write(`${path}: ${value} (${note})\n`)
for (const { errorPercent, inside, measure, predicted, seen: found } of measures) {
  const numbers = [found, predicted.mean, predicted.low, predicted.high].map((value) => value.toPrecision(4))
  const error = errorPercent === null ? "–" : `${errorPercent.toFixed(1)} %`
  process.stdout.write(`${measure}: ${numbers.join(" ")} ${error} ${inside ? "inside" : "outside"}\n`)
}
process.stdout.write(`${measures.filter(({ inside }) => inside).length} of ${measures.length} inside\n`)
