import type { Bar } from "./Bar.ts"
import { output, program } from "./Programs.ts"

interface Read {
  /** Of the log. */
  readonly bytes: number
  /** Of the processor: to read it, and to count its lines. */
  readonly seconds: number
  readonly lines: number
  /** Resident memory after a quarter, and the most from there on. */
  readonly quarter: number
  readonly most: number
}

/** EBB_BENCH_LOG_MB: how large the log is; 5000 is what docs/benchmarks.md tells of. */
const megabytes = Number(process.env["EBB_BENCH_LOG_MB"] ?? 800)

export const bars = async (): Promise<ReadonlyArray<Bar>> => {
  const { bytes, lines, most, quarter, seconds } = await output<Read>(program("accessLog", [megabytes]))
  const speed = Math.round(bytes / 1e6 / seconds)
  return [
    {
      name: "an access log read, against wc -l",
      measured: seconds / lines,
      most: 300,
      unit: "×",
      detail: `${speed} MB/s of one core; ${Math.round(bytes / 1e6)} MB`
    },
    {
      name: "resident memory at its most, over that after a quarter",
      measured: (most - quarter) / 2 ** 20,
      most: 128,
      unit: " MiB",
      detail: `${Math.round(most / 2 ** 20)} MiB in all`
    }
  ]
}
