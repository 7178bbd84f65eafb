import { Result, Schema } from "effect"
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml"
import * as Build from "./SpecBuild.ts"
import type { RehearsalSpec } from "./RehearsalSpec.ts"
import { type Place, SpecError } from "./SpecError.ts"
import { type FileColumns, type FileNeed, readWhole, SpecFiles } from "./SpecFiles.ts"
import { problemsOf } from "./SpecProblem.ts"
import { SpecSchema } from "./SpecSchema.ts"

/** What is compared: a way of rolling out, or none. */
export type { Mode } from "./SpecSchema.ts"

export type { FaultModel, PlannedFault, RehearsalSpec, RunnerModel } from "./RehearsalSpec.ts"
export type { FileColumns, FileNeed } from "./SpecFiles.ts"

/** Where a spec comes from, and how the files that it names are read. */
export interface SpecSource {
  readonly file: string
  /** The text of a file named in the spec; throws when there is none. */
  readonly readFile: (path: string) => string
  /** `PATH=VALUE`, applied to the spec before it is decoded. */
  readonly set?: ReadonlyArray<string>
  /** Whether the traffic is left out, and with it the traces: a live sandbox has its own. */
  readonly isLive?: boolean
  /** What was read of files before; they are not read again. */
  readonly columns?: FileColumns
}

/** A spec that is right in itself; what it wants of files is still to be read. */
export interface Draft {
  readonly needs: ReadonlyArray<FileNeed>
  /** When every need was fed. */
  readonly build: () => Result.Result<RehearsalSpec, SpecError>
}

/**
 * Reads a spec from YAML or JSON; one that cannot be read is a {@link SpecError} with the line and the field.
 *
 * @example
 * ```ts
 * import { Spec } from "@ebb/sim"
 * import { Result } from "effect"
 *
 * const text = "app: { name: films, termination_grace_period: soon }"
 * const parsed = Spec.parse(text, { file: "ebb.yaml", readFile: () => "" })
 * if (Result.isFailure(parsed)) console.log(parsed.failure.message)
 * ```
 */
export const parse = (text: string, source: SpecSource): Result.Result<RehearsalSpec, SpecError> =>
  Result.flatMap(draft(text, source), (drafted) => buildWhole(drafted, source.readFile))

/** As `parse`, for those who read the files themselves, a piece at a time. */
export const draft = (text: string, source: Omit<SpecSource, "readFile">): Result.Result<Draft, SpecError> => {
  const whole = (problem: string) => Result.fail(new SpecError({ file: source.file, line: null, field: "", problem }))
  if (text.length > charsMax)
    return whole(`is longer than ${charsMax / 1024} Ki characters, the most that a spec may have`)
  try {
    return draftOfText(text, source)
  } catch (error) {
    if (error instanceof RangeError) return whole("is nested too deeply")
    throw error
  }
}

/** So much text is read and checked in a moment, whatever it says. */
const charsMax = 256 * 1024

const draftOfText = (text: string, source: Omit<SpecSource, "readFile">): Result.Result<Draft, SpecError> => {
  const lines = new LineCounter()
  // The library looks for keys that are given twice in a time that grows with their number squared.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false })
  const lineOf = (path: ReadonlyArray<PropertyKey>) => lineIn(document.contents, lines, path)
  const at = (offset: number, field: string, problem: string) =>
    Result.fail(new SpecError({ file: source.file, line: lines.linePos(offset).line, field, problem }))
  const [error] = document.errors
  if (error !== undefined) return at(error.pos[0], "", yamlProblem(error))
  const twice = keyGivenTwice(document.contents)
  if (twice !== null) return at(twice.offset, twice.key, "is given twice; keep one of the two")
  const place = (path: ReadonlyArray<PropertyKey>, problem: string): SpecError =>
    new SpecError({ file: source.file, line: lineOf(path), field: fieldName(path), problem })
  for (const assignment of source.set ?? []) {
    const problem = assign(document, assignment)
    if (problem !== null) return Result.fail(new SpecError({ file: "--set", line: null, field: assignment, problem }))
  }
  return Result.flatMap(valueOf(document, source.file), (value) => draftOf(value, source, place))
}

type Yaml = ReturnType<typeof parseDocument>

/** The plain value of a document; an alias of an anchor that is not there is found only now. */
const valueOf = (document: Yaml, file: string): Result.Result<unknown, SpecError> => {
  const fails = (problem: string) => Result.fail(new SpecError({ file, line: null, field: "", problem }))
  try {
    const value: unknown = document.toJS()
    if (value === null || value === undefined)
      return fails("is empty; a spec says at least what its app is called: app: { name: my-app }")
    return isCyclic(value, new Set())
      ? fails("contains itself, by an alias within its own anchor")
      : Result.succeed(value)
  } catch (error) {
    if (error instanceof RangeError) throw error
    const problem = error instanceof Error ? firstLine(error.message) : String(error)
    return fails(problem)
  }
}

const isCyclic = (value: unknown, within: Set<unknown>): boolean => {
  if (typeof value !== "object" || value === null) return false
  if (within.has(value)) return true
  within.add(value)
  const isSo = Object.values(value).some((inner) => isCyclic(inner, within))
  within.delete(value)
  return isSo
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
  Result.flatMap(
    draftOf(
      value,
      source,
      (path, problem) => new SpecError({ file: source.file, line: null, field: fieldName(path), problem })
    ),
    (drafted) => buildWhole(drafted, source.readFile)
  )

/** A spec as plain data, which another thread or machine can be sent. */
export type PlainSpec = Pick<RehearsalSpec, "text" | "columns">

/** The spec that this is the plain data of; its files are not read again. */
export const fromPlain = ({ columns, text }: PlainSpec): RehearsalSpec => {
  const readFile = (path: string): string => {
    throw new Error(`${path} was not sent with the spec`)
  }
  return Result.getOrThrow(fromJson(text, { file: "spec", readFile, columns }))
}

const draftOf = (
  value: unknown,
  { columns = new Map(), isLive = false }: Pick<SpecSource, "columns" | "isLive">,
  place: Place
): Result.Result<Draft, SpecError> => {
  const decoded = Schema.decodeUnknownResult(SpecSchema)(value, { errors: "all", onExcessProperty: "error" })
  if (Result.isFailure(decoded)) return Result.fail(firstProblem(value, place))
  const text = decoded.success
  const { traffic: _, ...quiet } = text
  const wanted = isLive ? quiet : text
  return attempt(() => {
    const files = new SpecFiles(wanted, Build.runOf(text, place).forMs, place, columns)
    const build = () => attempt(() => ({ ...Build.build(wanted, files, place), text }))
    return { needs: files.needs, build }
  })
}

const buildWhole = (
  { build, needs }: Draft,
  readFile: SpecSource["readFile"]
): Result.Result<RehearsalSpec, SpecError> =>
  Result.flatMap(
    attempt(() => needs.forEach((need) => readWhole(need, readFile))),
    build
  )

const attempt = <A>(make: () => A): Result.Result<A, SpecError> => {
  try {
    return Result.succeed(make())
  } catch (error) {
    if (error instanceof SpecError) return Result.fail(error)
    throw error
  }
}

const firstLine = (text: string): string => text.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "")

const yamlProblem = ({ code, message }: Yaml["errors"][number]): string => {
  if (code === "MULTIPLE_DOCS") return "begins a second document; a spec is one"
  return message.startsWith("Maximum call stack") ? "is nested too deeply" : firstLine(message)
}

const keyGivenTwice = (node: unknown): { readonly offset: number; readonly key: string } | null => {
  if (isSeq(node)) return firstOf(node.items, keyGivenTwice)
  if (!isMap(node)) return null
  const seen = new Set<string>()
  return firstOf(node.items, ({ key, value }) => {
    if (!isScalar(key)) return keyGivenTwice(value)
    const name = String(key.value)
    if (seen.has(name)) return { offset: key.range?.[0] ?? 0, key: name }
    seen.add(name)
    return keyGivenTwice(value)
  })
}

const firstOf = <A, B>(all: ReadonlyArray<A>, find: (one: A) => B | null): B | null => {
  for (const one of all) {
    const found = find(one)
    if (found !== null) return found
  }
  return null
}

const fieldName = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>((name, key) => {
    if (typeof key === "number" || /^\d+$/.test(String(key))) return `${name}[${String(key)}]`
    return name === "" ? String(key) : `${name}.${String(key)}`
  }, "")

/** The problem that stands first in the file, and of several in one line the one that goes deepest. */
const firstProblem = (value: unknown, place: Place): SpecError => {
  const problems = problemsOf(SpecSchema.ast, value)
  const errors = problems.map(({ path, problem }) => ({ depth: path.length, error: place(path, problem) }))
  errors.sort((a, b) => (a.error.line ?? 0) - (b.error.line ?? 0) || b.depth - a.depth)
  return errors[0]!.error
}

const pairs = new WeakMap<YAMLMap, Map<string, YAMLMap["items"][number]>>()

const pairIn = (map: YAMLMap, key: string): YAMLMap["items"][number] | undefined => {
  let known = pairs.get(map)
  if (known === undefined) {
    known = new Map(map.items.map((item) => [isScalar(item.key) ? String(item.key.value) : "", item]))
    pairs.set(map, known)
  }
  return known.get(key)
}

/** The line of the value at a path, or of what encloses it. */
const lineIn = (contents: Node | null, lines: LineCounter, path: ReadonlyArray<PropertyKey>): number | null => {
  let node: unknown = contents
  let offset: number | null = contents?.range?.[0] ?? null
  for (const key of path) {
    if (isMap(node)) {
      const pair = pairIn(node, String(key))
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

const assign = (document: Yaml, assignment: string): string | null => {
  const at = assignment.indexOf("=")
  if (at < 1) return "must be PATH=VALUE, for example run.seeds=50"
  const value = parseDocument(assignment.slice(at + 1))
  if (value.errors.length > 0) return `the value is not YAML: ${firstLine(value.errors[0]!.message)}`
  const path = segmentsOf(assignment.slice(0, at))
  const problem = pathProblem(document, path)
  if (problem !== null) return problem
  dropEmpty(document, path)
  document.setIn(path, value.contents)
  return null
}

/** What a path goes through and is left empty (`run:`) is as good as not there. */
const dropEmpty = (document: Yaml, path: Segments): void => {
  const empty = path.findIndex((_, length) => {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    return isScalar(node) && node.value === null
  })
  if (empty === 0) document.contents = null
  else if (empty > 0) document.deleteIn(path.slice(0, empty))
}

type Segments = ReadonlyArray<string | number>

/** A path into a spec, taken apart: `traffic[0]` and `traffic.0` alike. */
export const segmentsOf = (path: string): Segments => path.split(".").flatMap(pathSegments)

const pathSegments = (segment: string): Segments => {
  const [key, ...indexes] = segment.replaceAll("]", "").split("[")
  return [...(key === "" ? [] : [key!]), ...indexes].map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

/** Why nothing can be set at a path: it goes through a plain value, or to an entry that its list does not have. */
const pathProblem = (document: Yaml, path: Segments): string | null => {
  for (let length = 0; length < path.length; length++) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    const where = length === 0 ? "the spec" : fieldName(path.slice(0, length))
    const key = path[length]!
    if (isScalar(node) && node.value !== null) return `${where} is a value and has no ${key}`
    if (isSeq(node) && !(typeof key === "number" && key <= node.items.length)) {
      const has = node.items.length === 0 ? "it is an empty list" : `the last is ${where}[${node.items.length - 1}]`
      return `${where} has no entry ${key}; ${has}`
    }
  }
  return null
}

/** The JSON Schema of a spec, for editors. */
export const jsonSchema = (): object => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(SpecSchema, { onExcessProperty: "error" })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "ebb rehearsal",
    ...schema,
    $defs: definitions
  }
}
