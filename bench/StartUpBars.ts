import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Bar } from "./Bar.ts"
import { median } from "./Numbers.ts"
import { pinned } from "./Programs.ts"

const binary = join(import.meta.dirname, "../dist/ebb")
const repetitions = 21

/** Compiles the program without a command of its own, as apps/cli/scripts/compile.ts does ebb. */
const compileEmpty = async (outfile: string): Promise<void> => {
  const { logs, success } = await Bun.build({
    entrypoints: [join(import.meta.dirname, "programs/emptyCli.ts")],
    minify: { whitespace: true, syntax: true, identifiers: true, keepNames: true },
    bytecode: true,
    format: "esm",
    splitting: true,
    compile: { outfile, autoloadDotenv: false, autoloadBunfig: false }
  })
  if (!success) throw new Error(logs.join("\n"))
}

const timed = (file: string): number => {
  const startedMs = performance.now()
  const { exitCode, stderr } = Bun.spawnSync(pinned(file, "--help"), { stdout: "pipe", stderr: "pipe" })
  const ms = performance.now() - startedMs
  if (exitCode !== 0) throw new Error(`${file} --help ended with ${exitCode}: ${stderr.toString()}`)
  return ms
}

const compare = (empty: string): Bar => {
  const times = Array.from({ length: repetitions }, () => ({ ebb: timed(binary), empty: timed(empty) }))
  const ebbMs = median(times.map(({ ebb }) => ebb))
  const emptyMs = median(times.map(({ empty }) => empty))
  return {
    name: "start-up: ebb --help against an empty effect/cli program",
    measured: ebbMs / emptyMs,
    most: 2,
    unit: "×",
    detail: `${ebbMs.toFixed(0)} ms against ${emptyMs.toFixed(0)} ms, both compiled`
  }
}

export const bars = async (): Promise<ReadonlyArray<Bar>> => {
  if (!existsSync(binary)) throw new Error("dist/ebb is not there: run node scripts/compile.mjs first")
  const folder = mkdtempSync(join(tmpdir(), "ebb-bench-"))
  try {
    const empty = join(folder, "empty")
    await compileEmpty(empty)
    return [compare(empty)]
  } finally {
    rmSync(folder, { recursive: true })
  }
}
