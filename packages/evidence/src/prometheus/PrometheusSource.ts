import { RowError, shown } from "@ebb/rows/RowError"
import { stat } from "node:fs/promises"
import type { Evidence } from "../learn/Evidence.ts"
import * as TextFile from "../files/TextFile.ts"
import { evidence } from "./FromMetrics.ts"
import { type MetricSample, parse } from "./Scrape.ts"
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

const appOf = ({ labels }: MetricSample): string | undefined => labels["application"]

/** The samples of one app. Those that name none are of whatever was scraped. */
const ofApp = <One extends Scrape>(scrapes: ReadonlyArray<One>, app: string | undefined): Array<One> => {
  const apps = [...new Set(scrapes.flatMap(({ samples }) => samples.flatMap((sample) => appOf(sample) ?? [])))].sort()
  if (app === undefined && apps.length > 1) {
    const problem = `has the metrics of ${apps.length} apps; keep one with --app: ${shown(apps.join(", "))}`
    throw new RowError(null, problem)
  }
  if (app !== undefined && !apps.includes(app)) {
    const known = apps.length === 0 ? "no sample has the label application" : `it has ${shown(apps.join(", "))}`
    throw new RowError(null, `has no app ${app}: ${known}`)
  }
  const isMeant = (sample: MetricSample): boolean => app === undefined || (appOf(sample) ?? app) === app
  return scrapes.map((scrape) => ({ ...scrape, samples: scrape.samples.filter(isMeant) }))
}

/** Reads scrapes from files, in order of time. `app`: the only one to keep. */
export const read = async (
  paths: ReadonlyArray<string>,
  source: string,
  app: string | undefined,
  signal: AbortSignal
): Promise<Evidence> => {
  const all = []
  for (const path of paths) all.push(await scrapeIn(path, signal))
  const scrapes = ofApp(all, app)
  scrapes.sort((a, b) => a.atMs - b.atMs)
  const spanMs = scrapes.at(-1)!.atMs - scrapes[0]!.atMs
  if (scrapes.length < 2 || spanMs <= 0) {
    const problem = "needs two scrapes or more of different times: prometheus:BEFORE,AFTER"
    throw new RowError(null, problem)
  }
  const times = scrapes.every(({ isOwn }) => isOwn) ? "by their own times" : "by when their files were written"
  return evidence(scrapes, source, times)
}
