import { RowError } from "@ebb/rows/RowError"
import type { Feed } from "@ebb/rows/Feed"
import { knownTrace, traceFormats } from "@ebb/sim/workload/TraceFormats"
import { Effect } from "effect"
import { stat } from "node:fs/promises"
import { isAbsolute, join } from "node:path"
import { EvidenceError } from "../EvidenceError.ts"
import * as FalCalls from "../fal/FalCalls.ts"
import * as FalHosts from "../fal/FalHosts.ts"
import * as Fal from "../fal/FromFal.ts"
import type { Evidence } from "../learn/Evidence.ts"
import { ColumnLog, type Told } from "../log/ColumnLog.ts"
import { RequestLog } from "../log/RequestLog.ts"
import { evidence as fromManifests } from "../kubernetes/FromManifests.ts"
import * as Manifest from "../kubernetes/Manifest.ts"
import * as Prometheus from "../prometheus/PrometheusSource.ts"
import type { Requests } from "../requests/Requests.ts"
import * as TextFile from "../files/TextFile.ts"

/** Where evidence comes from: `log:access.log`. */
export interface Source {
  readonly kind: SourceKind
  /** What stands behind the colon. */
  readonly name: string
  /** As it was typed. */
  readonly typed: string
}

const sourceKinds = ["log", "trace", "prometheus", "kubernetes", "fal", "sandbox"] as const
export type SourceKind = (typeof sourceKinds)[number]

const namedBy = (kind: SourceKind): string => (kind === "fal" || kind === "sandbox" ? "APP" : "FILE")

const isKind = (word: string): word is SourceKind => sourceKinds.some((kind) => kind === word)

/** The source that a word names; a sentence where it names none. */
export const parse = (typed: string): Source | string => {
  const at = typed.indexOf(":")
  const [kind, name] = [typed.slice(0, Math.max(0, at)), typed.slice(at + 1)]
  if (!isKind(kind))
    return `must be one of ${sourceKinds.map((each) => `${each}:${namedBy(each)}`).join(", ")}, got ${typed}`
  return name === "" ? `names no ${namedBy(kind) === "APP" ? "app" : "file"} behind ${kind}:` : { kind, name, typed }
}

/** The files that a source reads, as they were typed. */
export const filesOf = ({ kind, name }: Source): ReadonlyArray<string> => {
  if (kind === "fal" || kind === "sandbox") return []
  return kind === "prometheus" ? Prometheus.filesIn(name) : [name]
}

/** How sources are read. */
export interface Reading {
  /** Where relative paths start. */
  readonly folder: string
  readonly told: Told
  /** The environment, in which the hosts and the key of `fal:APP` are. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the answers of `fal:APP` are kept as they came. */
  readonly dump?: string
  /** The sandbox that runs. */
  readonly sandbox?: { readonly url: string; readonly key: string }
  /** How many bytes of text were read so far. */
  readonly onBytes?: (bytes: number) => void
}

interface RequestReader extends Feed {
  readonly requests: () => Requests
}

const readerOf = (kind: "log" | "trace", told: Told): RequestReader =>
  kind === "log"
    ? new RequestLog(told)
    : new ColumnLog(told, (names) => {
        const format = knownTrace(names)
        if (format !== null) return format
        const known = traceFormats.map(({ name }) => name).join(", ")
        throw new RowError(1, `is no public trace that is known by its columns (${known}); read it as log:FILE`)
      })

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  EACCES: "permission denied"
}

const problemOf = ({ name }: Source, error: unknown): EvidenceError => {
  if (error instanceof RowError) return new EvidenceError({ source: name, line: error.line, problem: error.message })
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  const why = reasons[code] ?? (error instanceof Error ? error.message : String(error))
  return new EvidenceError({ source: name, line: null, problem: `cannot be read: ${why}` })
}

const requestsIn = async (
  kind: "log" | "trace",
  path: string,
  { onBytes, told }: Reading,
  signal: AbortSignal
): Promise<Requests> => {
  const reader = readerOf(kind, told)
  await TextFile.feed(path, reader, onBytes === undefined ? { signal } : { signal, onBytes })
  return reader.requests()
}

const evidenceOf = async ({ kind, name, typed }: Source, reading: Reading, signal: AbortSignal): Promise<Evidence> => {
  const pathOf = (file: string): string => (isAbsolute(file) ? file : join(reading.folder, file))
  switch (kind) {
    case "prometheus":
      return Prometheus.read(Prometheus.filesIn(name).map(pathOf), typed, reading.told.app, signal)
    case "kubernetes":
      return fromManifests(Manifest.parse(await TextFile.whole(pathOf(name), signal)), typed)
    case "fal":
      return Fal.evidence(await falCalls(pathOf(name), reading, signal), name, typed, false)
    case "sandbox": {
      if (reading.sandbox === undefined) throw new Error("no sandbox is running here; start one with: ebb up")
      const { key, url } = reading.sandbox
      return Fal.evidence(FalCalls.live(FalHosts.ofSandbox(url, key), signal), name, typed, true)
    }
    default: {
      const requests = await requestsIn(kind, pathOf(name), reading, signal)
      return { source: typed, requests, findings: [], missing: [], notes: [] }
    }
  }
}

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

/** The platform's own API, or a folder in which its answers were kept. */
const falCalls = async (
  folder: string,
  { dump, env, folder: base }: Reading,
  signal: AbortSignal
): Promise<FalCalls.FalCalls> => {
  if (await isFolder(folder)) return FalCalls.dumped(folder)
  const hosts = FalHosts.fromEnvironment(env)
  if (typeof hosts === "string") throw new Error(hosts)
  const calls = FalCalls.live(hosts, signal)
  return dump === undefined ? calls : FalCalls.kept(calls, isAbsolute(dump) ? dump : join(base, dump))
}

/** Reads a source as far as it goes; other work may happen meanwhile, and it ends when it is told to. */
export const read = (source: Source, reading: Reading): Effect.Effect<Evidence, EvidenceError> =>
  Effect.tryPromise({
    try: (signal) => evidenceOf(source, reading, signal),
    catch: (error) => problemOf(source, error)
  })
