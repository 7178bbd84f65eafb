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

const timed = (
  jobs: number | null,
  count: number,
  bind: (...command: ReadonlyArray<string>) => Array<string>
): number => {
  const given = jobs === null ? [] : ["--jobs", String(jobs)]
  const words = ["rehearse", "--preset", "llm", "--json", "--seeds", String(count), ...given]
  const startedMs = performance.now()
  const { exitCode, stderr } = Bun.spawnSync(bind(binary, ...words), { stdout: "ignore", stderr: "pipe" })
  if (exitCode !== 0) throw new Error(`ebb ${words.join(" ")} ended with ${exitCode}: ${stderr.toString()}`)
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

const compare = (name: string, { least, one, repetitions, seeds, two }: Compared): Bar => {
  const times = Array.from({ length: repetitions }, () => ({
    one: timed(1, seeds, one),
    two: timed(two, seeds, unbound)
  }))
  const seconds = (all: ReadonlyArray<number>): string => `${(median(all) / 1000).toFixed(2)} s`
  return {
    name: `${name}: preset llm, ${seeds} seeds`,
    measured: median(times.map(({ one, two }) => one / two)),
    least,
    unit: "×",
    detail: `${seconds(times.map(({ one }) => one))} against ${seconds(times.map(({ two }) => two))}`
  }
}

/** Without `--jobs`: where ebb takes one job both do the same. */
const asItIs = (seeds: number, least: number, times = repetitions): Bar =>
  compare("as it is against one job", { seeds, least, repetitions: times, one: unbound, two: null })

/** How much sooner a rehearsal is done on two cores than on one, start-up and report included. */
export const bars = (): Promise<ReadonlyArray<Bar>> => {
  if (!existsSync(binary)) throw new Error("dist/ebb is not there: run node scripts/compile.mjs first")
  if (availableParallelism() < 2) throw new Error("this machine has one core: there is nothing to compare")
  const onOneCore = { seeds: 200, least: 1.7, repetitions, one: pinned, two: 2 } as const
  return Promise.resolve([
    asItIs(1000, 1.7, repetitionsOfMany),
    compare("two jobs on two cores against one on one core", onOneCore),
    asItIs(200, 1.7),
    asItIs(50, 1),
    asItIs(20, 1)
  ])
}
