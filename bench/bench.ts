// `bun run bench [virtual] [jobs] [startup] [live] [log]`: ratios measured side by side on this machine; exit 1 when a bar is missed.
import { type Bar, line, passes } from "./Bar.ts"
import * as Jobs from "./JobsBars.ts"
import * as Live from "./LiveBars.ts"
import * as Log from "./LogBars.ts"
import { pinning } from "./Programs.ts"
import * as StartUp from "./StartUpBars.ts"
import * as Virtual from "./VirtualBars.ts"

const parts = { virtual: Virtual.bars, jobs: Jobs.bars, startup: StartUp.bars, live: Live.bars, log: Log.bars } as const
type Part = keyof typeof parts
const isPart = (word: string): word is Part => word in parts

const words = process.argv.slice(2)
const unknown = words.find((word) => !isPart(word))
if (unknown !== undefined) {
  process.stderr.write(`✘ there is no part ${unknown}; the parts are ${Object.keys(parts).join(", ")}\n`)
  process.exit(2)
}
const chosen = words.length === 0 ? (Object.keys(parts) as ReadonlyArray<Part>) : words.filter(isPart)

process.stdout.write(
  `Bun ${Bun.version}, ${pinning()}; medians of runs in turn. docs/benchmarks.md says what each means.\n`
)
const all: Array<Bar> = []
for (const part of chosen) {
  process.stdout.write(`\n── ${part}\n`)
  const bars = await parts[part]()
  for (const bar of bars) process.stdout.write(`${line(bar)}\n`)
  all.push(...bars)
}
const missed = all.filter((bar) => !passes(bar))
process.stdout.write(`\n${all.length - missed.length} of ${all.length} bars reached\n`)
process.exit(missed.length === 0 ? 0 : 1)
