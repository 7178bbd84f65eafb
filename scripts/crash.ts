// `bun run crash --times 500`: kills a sandbox again and again under load of every kind, and checks what it acknowledged.
import { parseArgs } from "node:util"
import { KillLoop } from "../test/hostile/crash/KillLoop.ts"

const usage = `Usage: bun run crash [--times N] [--seed N]

  --times N           how often (default 500)
  --seed N            of the moments (default: a random one)
`

const { seed = String(Math.floor(Math.random() * 1_000_000)), times = "500" } = parseArgs({
  options: { times: { type: "string" }, seed: { type: "string" } }
}).values

if (![seed, times].every((word) => /^\d{1,9}$/.test(word))) {
  process.stderr.write(usage)
  process.exit(2)
}

/** A data directory is left behind after so many kills: what it must keep makes each check longer. */
const killsPerDirectory = 25

const sum = (into: Record<string, number>, tally: object): void => {
  for (const [name, count] of Object.entries(tally)) into[name] = (into[name] ?? 0) + Number(count)
}

process.stdout.write(`Seed ${seed}\n`)
const total: Record<string, number> = {}
for (let done = 0; done < Number(times); done += killsPerDirectory) {
  const loop = new KillLoop(Number(seed) + done)
  try {
    for (let kill = 0; kill < Math.min(killsPerDirectory, Number(times) - done); kill++) await loop.once()
    await loop.finish()
  } catch (error) {
    process.stdout.write(`✘ seed ${seed}, after ${done + loop.tally.kills} kills: ${String(error)}\n`)
    process.exitCode = 1
  }
  await loop.remove()
  sum(total, loop.tally)
  process.stdout.write(`${JSON.stringify(total)}\n`)
  if (process.exitCode === 1) break
}
if (process.exitCode !== 1) process.stdout.write("✔ nothing that was acknowledged is lost\n")
process.exit()
