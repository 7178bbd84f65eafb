import { existsSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import type { Bar } from "./Bar.ts"
import { median } from "./Numbers.ts"
import { pinned } from "./Programs.ts"

const binary = join(import.meta.dirname, "../dist/ebb")
const repetitions = 5
/** A thousand seeds take minutes. */
const repetitionsOfMany = 3

const run = async (
  jobs: number | null,
  count: number,
  bind: (...command: ReadonlyArray<string>) => Array<string>
): Promise<void> => {
  const given = jobs === null ? [] : ["--jobs", String(jobs)]
  const words = ["rehearse", "--preset", "llm", "--json", "--seeds", String(count), ...given]
  const ebb = Bun.spawn(bind(binary, ...words), { stdout: "ignore", stderr: "pipe" })
  const [exitCode, told] = await Promise.all([ebb.exited, ebb.stderr.text()])
  if (exitCode !== 0) throw new Error(`ebb ${words.join(" ")} ended with ${exitCode}: ${told}`)
}

const timed = async (does: () => Promise<unknown>): Promise<number> => {
  const startedMs = performance.now()
  await does()
  return performance.now() - startedMs
}

/** On both cores: one job has its functions compiled on the other. */
const unbound = (...command: ReadonlyArray<string>): Array<string> => [...command]

interface Compared {
  readonly seeds: number
  readonly least: number
  readonly repetitions: number
  /** How one job is run. */
  readonly one: typeof unbound
  /** Null: as many as ebb takes by itself. */
  readonly two: 2 | null
}

/** As soon as two cores can be done with them: two processes, each with half of the seeds, that share nothing. */
const apart = (seeds: number) => (): Promise<unknown> =>
  Promise.all([run(1, seeds / 2, unbound), run(1, seeds / 2, unbound)])

const compare = async (name: string, { least, one, repetitions, seeds, two }: Compared): Promise<Bar> => {
  const times: Array<{ readonly one: number; readonly two: number; readonly apart: number }> = []
  for (let repetition = 0; repetition < repetitions; repetition++) {
    times.push({
      one: await timed(() => run(1, seeds, one)),
      two: await timed(() => run(two, seeds, unbound)),
      apart: await timed(apart(seeds))
    })
  }
  const seconds = (all: ReadonlyArray<number>): string => `${(median(all) / 1000).toFixed(2)} s`
  const most = median(times.map((each) => each.one / each.apart)).toFixed(2)
  return {
    name: `${name}: preset llm, ${seeds} seeds`,
    measured: median(times.map((each) => each.one / each.two)),
    least,
    unit: "×",
    detail: `${seconds(times.map((each) => each.one))} against ${seconds(times.map((each) => each.two))}; two processes that share nothing: ${most}×`
  }
}

/** Without `--jobs`: where ebb takes one job both do the same. */
const asItIs = (seeds: number, least: number, times = repetitions): Promise<Bar> =>
  compare("as it is against one job", { seeds, least, repetitions: times, one: unbound, two: null })

/** How much sooner a rehearsal is done on two cores than on one, start-up and report included. */
export const bars = async (): Promise<ReadonlyArray<Bar>> => {
  if (!existsSync(binary)) throw new Error("dist/ebb is not there: run node scripts/compile.mjs first")
  if (availableParallelism() < 2) throw new Error("this machine has one core: there is nothing to compare")
  const onOneCore = { seeds: 200, least: 1.7, repetitions, one: pinned, two: 2 } as const
  return [
    await asItIs(1000, 1.7, repetitionsOfMany),
    await compare("two jobs on two cores against one on one core", onOneCore),
    await asItIs(200, 1.7),
    await asItIs(50, 1),
    await asItIs(20, 1)
  ]
}
