// `bun run dry-runs --times 200`: rollouts of a sandbox under load, each after a dry run; how often it said what then happened.
import { parseArgs } from "node:util"
import { apps, DryRunTrials, isCovered, isSure, type Trial } from "../test/e2e/DryRunTrials.ts"

const usage = `Usage: bun run dry-runs [--app large|small] [--times N] [--seed N]

  --app NAME          with 40 runners or with 4 (default large)
  --times N           rollouts (default 200)
  --seed N            of the load and of the sandbox (default 1)
`

const {
  app = "large",
  seed = "1",
  times = "200"
} = parseArgs({
  options: { app: { type: "string" }, times: { type: "string" }, seed: { type: "string" } }
}).values
const tried = app === "large" || app === "small" ? apps[app] : null

if (tried === null || ![seed, times].every((word) => /^\d{1,9}$/.test(word))) {
  process.stderr.write(usage)
  process.exit(2)
}

const z = 1.96
const percent = (share: number): string => (share * 100).toFixed(1)

/** `95 of 100 (95.0 %, 88.8 to 97.8)`: by chance alone the share may be anywhere in the 95 % interval of Wilson. */
const shareOf = (trials: ReadonlyArray<Trial>): string => {
  const n = trials.length
  const share = trials.filter(isCovered).length / n
  const middle = (share + z ** 2 / 2 / n) / (1 + z ** 2 / n)
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + (z / 2 / n) ** 2)
  return `${share * n} of ${n} (${percent(share)} %, ${percent(middle - half)} to ${percent(middle + half)})`
}

const say = (what: string, trials: ReadonlyArray<Trial>): void => {
  const [sure, likely] = [trials.filter(isSure), trials.filter((trial) => !isSure(trial))]
  const parts = [
    ...(likely.length > 0 ? [`${shareOf(likely)} within the interval`] : []),
    ...(sure.length > 0 ? [`${sure.filter(isCovered).length} of ${sure.length} as it was sure of`] : [])
  ]
  process.stdout.write(`${what}: ${parts.join("; ")}\n`)
}

const trials = new DryRunTrials(Number(seed), tried)
try {
  const all = await trials.run(Number(times), (done) => {
    if (done % 20 === 0) process.stdout.write(`${done} rollouts\n`)
  })
  const forks = all.map((trial) => trial.forks).sort((a, b) => a - b)
  process.stdout.write(`from ${forks[0]} to ${forks.at(-1)} forks, in the middle ${forks[forks.length >> 1]}\n`)
  for (const mode of ["graceful", "force"])
    for (const measure of ["atStart", "drained", "errored", "retried", "recoveryMs"])
      say(
        `${mode} ${measure}`,
        all.filter((trial) => trial.mode === mode && trial.measure === measure)
      )
  say("all", all)
} finally {
  await trials.stop()
}
