// `bun run dry-runs --times 200`: rollouts of a sandbox under load, each after a dry run; how often it said what then happened.
import { parseArgs } from "node:util"
import { DryRunTrials, isCovered, type Trial } from "../test/e2e/DryRunTrials.ts"

const usage = `Usage: bun run dry-runs [--times N] [--seed N]

  --times N           rollouts (default 200)
  --seed N            of the load (default 1)
`

const { seed = "1", times = "200" } = parseArgs({
  options: { times: { type: "string" }, seed: { type: "string" } }
}).values

if (![seed, times].every((word) => /^\d{1,9}$/.test(word))) {
  process.stderr.write(usage)
  process.exit(2)
}

const shareOf = (trials: ReadonlyArray<Trial>): string =>
  `${trials.filter(isCovered).length} of ${trials.length} (${((trials.filter(isCovered).length / trials.length) * 100).toFixed(1)} %)`

const trials = new DryRunTrials(Number(seed))
try {
  const all = await trials.run(Number(times), (done) => {
    if (done % 20 === 0) process.stdout.write(`${done} rollouts\n`)
  })
  for (const mode of ["graceful", "force"])
    for (const measure of ["atStart", "drained", "errored", "retried", "recoveryMs"]) {
      const own = all.filter((trial) => trial.mode === mode && trial.measure === measure)
      process.stdout.write(`${mode} ${measure}: ${shareOf(own)} within the interval\n`)
    }
  process.stdout.write(`all: ${shareOf(all)}\n`)
} finally {
  await trials.stop()
}
