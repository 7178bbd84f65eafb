import { type Feed, feedAll } from "@ebb/rows/Feed"
import { RowError } from "@ebb/rows/RowError"
import { type Columns, TraceReader, type TraceTimes } from "../workload/Trace.ts"
import { type Place, SpecError } from "./SpecError.ts"
import type { SourceText, SpecText } from "./SpecSchema.ts"

type Path = ReadonlyArray<PropertyKey>

/** A file that a spec names: whoever can read it pushes its text. */
export interface FileNeed {
  /** As the spec names it. */
  readonly file: string
  readonly feed: Feed
  /** What to say when the file cannot be read, or is not what the spec wants of it. */
  readonly problem: (error: unknown) => SpecError
}

/** One reading of one file. */
interface Reading {
  readonly field: Path
  readonly file: string
  readonly times: TraceTimes | null
  readonly columns: Set<string>
}

const trace = (file: string, { duration, sort, timestamp, unit }: TraceTimes): string =>
  JSON.stringify([file, timestamp, unit, duration, sort])

/** What the files of a spec gave, by what was wanted of each: with it a spec is built without its files. */
export type FileColumns = ReadonlyMap<string, Columns>

/** The files that a spec names, each read once for all that is wanted of it. */
export class SpecFiles {
  readonly needs: ReadonlyArray<FileNeed>
  private readonly read = new Map<string, { readonly wanted: string; readonly columns: () => Columns }>()

  /** What is among `known` is not read again. */
  constructor(text: SpecText, runMs: number, place: Place, known: FileColumns) {
    const readings = new Map<string, Reading>()
    for (const [index, source] of (text.traffic ?? []).entries()) addTrace(readings, source, ["traffic", index])
    addSamples(readings, text, [])
    this.needs = [...readings].flatMap(([key, { columns, field, file, times }]) => {
      const untilMs = times === null ? Infinity : runMs
      const wanted = JSON.stringify([file, times, [...columns].sort(), times === null ? null : untilMs])
      const there = known.get(wanted)
      if (there !== undefined) {
        this.read.set(key, { wanted, columns: () => there })
        return []
      }
      const reader = new TraceReader({ times, columns: [...columns], untilMs })
      let read: Columns | null = null
      this.read.set(key, { wanted, columns: () => (read ??= reader.columns()) })
      return [{ file, feed: reader, problem: (error) => problemOf(error, file, [...field, "file"], place) }]
    })
  }

  /** What all of them gave. */
  all(): FileColumns {
    return new Map([...this.read.values()].map(({ columns, wanted }) => [wanted, columns()]))
  }

  /** The arrivals of a trace. */
  times(file: string, times: TraceTimes): Float64Array {
    return this.columns(trace(file, times)).timesMs
  }

  /** A column of a trace, a value for each arrival. */
  traceColumn(file: string, times: TraceTimes, column: string): Float64Array {
    return this.columns(trace(file, times)).values.get(column)!
  }

  /** A whole column. */
  column(file: string, column: string): Float64Array {
    return this.columns(file).values.get(column)!
  }

  private columns(key: string): Columns {
    return this.read.get(key)!.columns()
  }
}

const addTrace = (readings: Map<string, Reading>, { arrivals, service }: SourceText, path: Path): void => {
  if (!("trace" in arrivals)) return
  const { file, ...times } = arrivals.trace
  const field = [...path, "arrivals", "trace"]
  const reading = added(readings, trace(file, times), { field, file, times, columns: new Set() })
  if (typeof service !== "object") return
  if ("column" in service) reading.columns.add(service.column)
  if ("tokens" in service && typeof service.tokens.generated === "string") reading.columns.add(service.tokens.generated)
}

/** Empirical distributions, wherever they stand. */
const addSamples = (readings: Map<string, Reading>, value: unknown, path: Path): void => {
  if (typeof value !== "object" || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === "empirical" && typeof inner === "object") {
      const { column, file } = inner as { file: string; column: string }
      const field = [...path, key]
      added(readings, file, { field, file, times: null, columns: new Set() }).columns.add(column)
    } else addSamples(readings, inner, [...path, key])
  }
}

const added = (readings: Map<string, Reading>, key: string, reading: Reading): Reading => {
  const there = readings.get(key) ?? reading
  readings.set(key, there)
  return there
}

/** A mistake in the file names the file and its line; a file that cannot be read the field that names it. */
const problemOf = (error: unknown, file: string, field: Path, place: Place): SpecError => {
  if (error instanceof SpecError) return error
  if (error instanceof RowError) return new SpecError({ file, line: error.line, field: "", problem: error.message })
  const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT"
  const why = isMissing ? "there is no such file" : error instanceof Error ? error.message : String(error)
  return place(field, `${file} cannot be read: ${why}`)
}

/** Reads a file whose text is there whole. */
export const readWhole = ({ feed, file, problem }: FileNeed, readFile: (path: string) => string): void => {
  try {
    feedAll(readFile(file), feed)
  } catch (error) {
    throw problem(error)
  }
}
