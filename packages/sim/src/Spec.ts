import type { App } from "@ebb/core/domain/App"
import type { Prices } from "@ebb/core/domain/Machine"
import { Result, Schema, SchemaIssue } from "effect"
import { isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml"
import type { Sampler } from "./Distribution.ts"
import * as Build from "./SpecBuild.ts"
import { SpecError } from "./SpecError.ts"
import { type Mode, SpecSchema, type SpecText } from "./SpecSchema.ts"
import { nearest } from "./Suggestion.ts"

export type { Mode } from "./SpecSchema.ts"

/** How long the stages of a runner take. */
export interface RunnerModel {
  readonly scheduling: Sampler
  readonly dockerPull: { readonly time: Sampler; readonly cached: number }
  readonly setup: Sampler
  readonly teardown: Sampler
  readonly service: Sampler
}

/** A fault at its time: on the n-th oldest serving runner, the newest or all; `forMs` null: until it is killed. */
export interface PlannedFault {
  readonly atMs: number
  readonly runner: "oldest" | "newest" | "all" | number
  readonly do: "crash" | "hang" | "slow"
  readonly forMs: number | null
}

/** Probabilities of the faults, and those with a date. */
export interface FaultModel {
  readonly setupFailure: number
  readonly schedulingFailure: number
  readonly crash: Sampler | null
  readonly hang: number
  readonly slowTeardown: number
  readonly plan: ReadonlyArray<PlannedFault>
}

export type ArrivalModel =
  | { readonly kind: "poisson"; readonly perMs: number }
  | { readonly kind: "trace"; readonly timesMs: Float64Array }
  | { readonly kind: "bursts"; readonly on: Sampler; readonly off: Sampler; readonly perMs: number }
  | {
      readonly kind: "daily"
      readonly lowPerMs: number
      readonly highPerMs: number
      readonly periodMs: number
      readonly peakAtMs: number
    }

export type ServiceModel =
  | { readonly kind: "drawn"; readonly sampler: Sampler }
  | { readonly kind: "column"; readonly valuesMs: Float64Array }
  | { readonly kind: "tokens"; readonly generated: Sampler; readonly firstMs: number; readonly eachMs: number }
  | { readonly kind: "token_column"; readonly counts: Float64Array; readonly firstMs: number; readonly eachMs: number }

/** One source of traffic; `queued` is the share of its requests that are. */
export interface Source {
  readonly queued: number
  readonly arrivals: ArrivalModel
  readonly service: ServiceModel
  readonly low: boolean
  /** -1: none. */
  readonly startTimeoutMs: number
  /** -1: none. */
  readonly maxQueueLength: number
  readonly patience: Sampler | null
}

/** A rehearsal, decoded: times in milliseconds, traces loaded. */
export interface RehearsalSpec {
  /** The spec as it was given, `--set` included. */
  readonly text: SpecText
  readonly app: App
  readonly capacity: Readonly<Record<string, number>> | null
  readonly prices: Prices
  readonly runner: RunnerModel
  readonly traffic: ReadonlyArray<Source>
  readonly faults: FaultModel
  readonly rollouts: ReadonlyArray<{ readonly atMs: number; readonly mode: Exclude<Mode, "none"> | null }>
  readonly run: {
    readonly forMs: number
    readonly warmupMs: number
    readonly windowMs: number
    readonly seeds: number
    readonly seed: number
    readonly modes: ReadonlyArray<Mode>
  }
}

/** Where a spec comes from, and how the files that it names are read. */
export interface SpecSource {
  readonly file: string
  /** The text of a file named in the spec; throws when there is none. */
  readonly readFile: (path: string) => string
  /** `PATH=VALUE`, applied to the spec before it is decoded. */
  readonly set?: ReadonlyArray<string>
}

/** Reads a spec from YAML or JSON. */
export const parse = (text: string, source: SpecSource): Result.Result<RehearsalSpec, SpecError> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const lineOf = (path: ReadonlyArray<PropertyKey>) => lineIn(document.contents, lines, path)
  const [error] = document.errors
  if (error !== undefined) {
    const line = lines.linePos(error.pos[0]).line
    return Result.fail(new SpecError({ file: source.file, line, field: "", problem: firstLine(error.message) }))
  }
  const place = (path: ReadonlyArray<PropertyKey>, problem: string): SpecError =>
    new SpecError({ file: source.file, line: lineOf(path), field: fieldName(path), problem })
  for (const assignment of source.set ?? []) {
    const problem = assign(document, assignment)
    if (problem !== null) return Result.fail(new SpecError({ file: "--set", line: null, field: assignment, problem }))
  }
  return fromValue(document.toJS() ?? {}, source, place)
}

/** The text of a spec with values replaced as by `SpecSource.set`, comments kept; the text as it is where nothing is. */
export const edit = (text: string, set: ReadonlyArray<string>): string => {
  if (set.length === 0) return text
  const document = parseDocument(text)
  for (const assignment of set) assign(document, assignment)
  return document.toString({ lineWidth: 120, flowCollectionPadding: true })
}

/** Reads a spec from a plain value, as it stands in a report or a journal. */
export const fromJson = (value: unknown, source: SpecSource): Result.Result<RehearsalSpec, SpecError> =>
  fromValue(
    value,
    source,
    (path, problem) => new SpecError({ file: source.file, line: null, field: fieldName(path), problem })
  )

export type Place = (path: ReadonlyArray<PropertyKey>, problem: string) => SpecError

const fromValue = (value: unknown, source: SpecSource, place: Place): Result.Result<RehearsalSpec, SpecError> => {
  const decoded = Schema.decodeUnknownResult(SpecSchema)(value, { errors: "all", onExcessProperty: "error" })
  if (Result.isFailure(decoded)) return Result.fail(firstIssue(decoded.failure.issue, place))
  try {
    return Result.succeed(Build.build(decoded.success, source.readFile, place))
  } catch (error) {
    if (error instanceof SpecError) return Result.fail(error)
    throw error
  }
}

const firstLine = (text: string): string => text.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "")

const fieldName = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>((name, key) => {
    if (typeof key === "number" || /^\d+$/.test(String(key))) return `${name}[${String(key)}]`
    return name === "" ? String(key) : `${name}.${String(key)}`
  }, "")

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** The issue that stands first in the file, and of several about one value the one that goes deepest. */
const firstIssue = (issue: SchemaIssue.Issue, place: Place): SpecError => {
  const errors = format(issue).issues.map(({ message, path = [] }) => {
    const keys = path.map((segment) => (typeof segment === "object" ? segment.key : segment))
    return { depth: keys.length, error: place(keys, inWords(message, keys)) }
  })
  errors.sort((a, b) => (a.error.line ?? 0) - (b.error.line ?? 0) || b.depth - a.depth)
  return errors[0]!.error
}

const inWords = (message: string, path: ReadonlyArray<PropertyKey>): string => {
  if (message.startsWith("Missing key")) return "is missing"
  if (!message.startsWith("Unexpected key")) return message.replace(/^Expected/, "must be").replaceAll("\n", " ")
  const known = Build.knownKeys(path.slice(0, -1))
  const meant = nearest(String(path.at(-1)), known)
  return meant === null
    ? `is not known here; known are ${known.join(", ")}`
    : `is not known here; did you mean ${meant}?`
}

/** The line of the value at a path, or of what encloses it. */
const lineIn = (contents: Node | null, lines: LineCounter, path: ReadonlyArray<PropertyKey>): number | null => {
  let node: unknown = contents
  let offset: number | null = contents?.range?.[0] ?? null
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
      if (pair === undefined) break
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (typeof node === "object" && node !== null && "items" in node && Array.isArray(node.items)) {
      node = node.items[Number(key)]
      offset = (node as Node | undefined)?.range?.[0] ?? offset
    } else break
  }
  return offset === null ? null : lines.linePos(offset).line
}

const assign = (document: ReturnType<typeof parseDocument>, assignment: string): string | null => {
  const at = assignment.indexOf("=")
  if (at < 1) return "must be PATH=VALUE, for example run.seeds=50"
  const path = assignment.slice(0, at).split(".").flatMap(pathSegments)
  const value = parseDocument(assignment.slice(at + 1))
  if (value.errors.length > 0) return `the value is not YAML: ${firstLine(value.errors[0]!.message)}`
  document.setIn(path, value.contents)
  return null
}

const pathSegments = (segment: string): Array<string | number> => {
  const [key, ...indexes] = segment.replaceAll("]", "").split("[")
  return [...(key === "" ? [] : [key!]), ...indexes.map(Number)]
}

/** The JSON Schema of a spec, for editors. */
export const jsonSchema = (): object => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(SpecSchema)
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "ebb rehearsal",
    ...schema,
    $defs: definitions
  }
}
