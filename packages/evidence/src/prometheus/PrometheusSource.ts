import { RowError } from "@ebb/rows/RowError"
import { stat } from "node:fs/promises"
import type { Evidence } from "../learn/Evidence.ts"
import * as TextFile from "../files/TextFile.ts"
import { evidence } from "./FromMetrics.ts"
import { parse } from "./Scrape.ts"
import type { Scrape } from "./Scrapes.ts"

/** The files that `prometheus:BEFORE,AFTER` names. */
export const filesIn = (name: string): ReadonlyArray<string> => name.split(",")

/** A scrape from a file: its samples' own times, else when the file was written. */
const scrapeIn = async (path: string, signal: AbortSignal): Promise<Scrape & { readonly isOwn: boolean }> => {
  const samples = parse(await TextFile.whole(path, signal))
  if (samples.length === 0) throw new RowError(1, "has no metrics")
  const own = samples.find(({ atMs }) => atMs !== null)?.atMs ?? null
  return { samples, atMs: own ?? (await stat(path)).mtimeMs, isOwn: own !== null }
}

/** Reads scrapes from files, in order of time. */
export const read = async (paths: ReadonlyArray<string>, source: string, signal: AbortSignal): Promise<Evidence> => {
  const scrapes = []
  for (const path of paths) scrapes.push(await scrapeIn(path, signal))
  scrapes.sort((a, b) => a.atMs - b.atMs)
  const spanMs = scrapes.at(-1)!.atMs - scrapes[0]!.atMs
  if (scrapes.length < 2 || spanMs <= 0) {
    throw new RowError(1, "needs two scrapes or more of different times: prometheus:BEFORE,AFTER")
  }
  const times = scrapes.every(({ isOwn }) => isOwn) ? "by their own times" : "by when their files were written"
  return evidence(scrapes, source, times)
}
