// `bun run fuzz:doors --for 10m`: random and half-right bytes at every door of a sandbox, until the time is over.
import { Duration, toMs } from "@ebb/text/Duration"
import { Schema } from "effect"
import { parseArgs } from "node:util"
import { DoorFuzzer } from "../test/hostile/fuzz/Doors.ts"

const usage = `Usage: bun run fuzz:doors [--for DURATION] [--seed N]

  --for DURATION      how long, such as 30s or 10m (default 10m)
  --seed N            begins with the cases of this seed (default: a random one)
`

const { for: lasting = "10m", seed = String(Math.floor(Math.random() * 2 ** 31)) } = parseArgs({
  options: { for: { type: "string" }, seed: { type: "string" } }
}).values

if (!Schema.is(Duration)(lasting) || !/^\d{1,10}$/.test(seed)) {
  process.stderr.write(usage)
  process.exit(2)
}

const fuzzer = new DoorFuzzer()
process.stdout.write(`Seed ${seed}\n`)
let saidMs = performance.now()
try {
  await fuzzer.open()
  const seen = await fuzzer.run(toMs(lasting), Number(seed), (cases) => {
    if (performance.now() - saidMs < 10_000) return
    saidMs = performance.now()
    process.stdout.write(`${cases} connections\n`)
  })
  process.stdout.write(
    `✔ ${seen.cases} connections; a plain request took ${seen.aliveMedianMs.toFixed(1)} ms (median), ` +
      `memory ${seen.memoryGrownMiB.toFixed(0)} MiB and descriptors ${seen.descriptorsGrown} more than at the start\n`
  )
  process.exitCode = seen.memoryGrownMiB > 64 || seen.descriptorsGrown > 16 ? 1 : 0
} catch (error) {
  process.stdout.write(`✘ seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await fuzzer.close()
}
process.exit()
