import { existsSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import type { Bar } from "./Bar.ts"
import { median } from "./Numbers.ts"
import { pinned } from "./Programs.ts"

const binary = join(import.meta.dirname, "../dist/ebb")
const repetitions = 5
const seeds = 200

const timed = (jobs: number, count: number, bind: (...command: ReadonlyArray<string>) => Array<string>): number => {
  const words = ["rehearse", "--preset", "llm", "--json", "--seeds", String(count), "--jobs", String(jobs)]
  const startedMs = performance.now()
  const { exitCode, stderr } = Bun.spawnSync(bind(binary, ...words), { stdout: "ignore", stderr: "pipe" })
  if (exitCode !== 0) throw new Error(`ebb ${words.join(" ")} ended with ${exitCode}: ${stderr.toString()}`)
  return performance.now() - startedMs
}

/** On both cores: one job has its functions compiled on the other. */
const unbound = (...command: ReadonlyArray<string>): Array<string> => [...command]

const compare = (name: string, count: number, least: number, one: typeof unbound): Bar => {
  const times = Array.from({ length: repetitions }, () => ({
    one: timed(1, count, one),
    two: timed(2, count, unbound)
  }))
  const seconds = (all: ReadonlyArray<number>): string => `${(median(all) / 1000).toFixed(2)} s`
  return {
    name,
    measured: median(times.map(({ one, two }) => one / two)),
    least,
    unit: "×",
    detail: `${seconds(times.map(({ one }) => one))} against ${seconds(times.map(({ two }) => two))}`
  }
}

/** How much sooner a rehearsal is done on two cores than on one, start-up and report included. */
export const bars = (): Promise<ReadonlyArray<Bar>> => {
  if (!existsSync(binary)) throw new Error("dist/ebb is not there: run node scripts/compile.mjs first")
  if (availableParallelism() < 2) throw new Error("this machine has one core: there is nothing to compare")
  return Promise.resolve([
    compare(`two jobs on two cores against one on one core: preset llm, ${seeds} seeds`, seeds, 1.7, pinned),
    compare(`two jobs against one, both on two cores: preset llm, ${seeds} seeds`, seeds, 1.7, unbound),
    compare("the same as it is, 20 seeds", 20, 1, unbound)
  ])
}
