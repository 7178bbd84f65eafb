import * as Format from "@ebb/text/Format"
import { flow } from "../../kit/Lines.ts"
import type { LoadCounts } from "./LoadRun.ts"

const fatesOf = ({ completed, errored, errorsByType }: LoadCounts): string => {
  const types = Object.entries(errorsByType).map(([type, count]) => `${type} ${Format.integer(count)}`)
  const failed = types.length === 0 ? "" : ` (${types.join(", ")})`
  return `completed ${Format.integer(completed)} · errored ${Format.integer(errored)}${failed}`
}

/** How a load fares, on one line. */
export const line = (counts: LoadCounts): string => {
  const { inFlight, latencyMs, sent } = counts
  const latency =
    latencyMs === null ? "" : ` · p50 ${Format.duration(latencyMs.p50)} · p99 ${Format.duration(latencyMs.p99)}`
  return `sent ${Format.integer(sent)} · in flight ${Format.integer(inFlight)} · ${fatesOf(counts)}${latency}`
}

/** The same in lines of at most that many characters. */
export const lines = (counts: LoadCounts, width: number): ReadonlyArray<string> =>
  flow(line(counts).split(" · "), width)

/** How it went, when all is answered. */
export const summary = (counts: LoadCounts, elapsedMs: number): string => {
  const { latencyMs, sent } = counts
  const requests = `${Format.integer(sent)} request${sent === 1 ? "" : "s"}`
  const head = `${requests} in ${Format.duration(elapsedMs)} · ${fatesOf(counts)}`
  if (latencyMs === null) return `${head}\n`
  const parts = (["mean", "p50", "p90", "p99", "max"] as const).map(
    (name) => `${name} ${Format.duration(latencyMs[name])}`
  )
  return `${head}\nlatency ${parts.join(" · ")}\n`
}
