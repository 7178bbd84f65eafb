import { type NameRule, names } from "@ebb/core/domain/Names"
import { type Setting, settings } from "@ebb/core/domain/Settings"
import { type Measure, measures, type Unit } from "@ebb/sim/measure/Measures"
import { fromMs } from "@ebb/text/Duration"

type Row = ReadonlyArray<string>

const table = (header: Row, rows: ReadonlyArray<Row>): string =>
  [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

const inSeconds = (seconds: number): string => fromMs(seconds * 1000)

const valuesOf = ({ least, most, unit }: Setting): string =>
  unit === "seconds" ? `whole seconds, ${inSeconds(least)} to ${inSeconds(most)}` : `${least} to ${most}`

const settingRow = (setting: Setting): Row => [
  `\`${setting.wire}\``,
  valuesOf(setting),
  setting.unit === "seconds" ? `${setting.default}s` : String(setting.default),
  setting.note
]

const settingsOf = (part: Setting["part"]): string => {
  const rows = Object.values(settings).filter((setting) => setting.part === part)
  return table(["key", "value", "default", "meaning"], rows.map(settingRow))
}

const nameRow = ({ most, must, what }: NameRule): Row => [what.toLowerCase(), must, String(most)]

/** Of the times of one kind, and of the fates of one kind of request, one row speaks for all. */
const rowOf = ({ path }: Measure): string => {
  const [first = "", second = ""] = path.split(".")
  if (first === "latencyMs" || first === "queueWaitMs") return first
  return first === "inFlight" && (second === "direct" || second === "queued") ? `${first}.${second}` : path
}

const units: Readonly<Record<Unit, string>> = { count: "", ms: "ms", s: "s", money: "currency" }

const measureRow = (measure: Measure, index: number): ReadonlyArray<Row> => {
  const path = rowOf(measure)
  if (measures.findIndex((other) => rowOf(other) === path) !== index) return []
  const isKind = path !== measure.path && path.startsWith("inFlight")
  const note = isKind ? `the same six, of ${path.split(".")[1]!} requests alone` : measure.note
  return [[`\`${path}\``, units[measure.unit], note]]
}

/** The tables that are made of the sources, by the name of their place in a document. */
const tables: Readonly<Record<string, () => string>> = {
  "settings of app": () => settingsOf("app"),
  "settings of scaling": () => settingsOf("scaling"),
  names: () => table(["name", "rule", "characters at most"], Object.values(names).map(nameRow)),
  measures: () => table(["measure", "unit", "meaning"], measures.flatMap(measureRow))
}

/** The documents that have such tables. */
export const files = ["docs/spec.md", "docs/measures.md"]

const place = /(<!-- made by bun run docs: ([a-z ]+) -->\n)[^]*?(\n<!-- end -->)/g

/** A document with its tables as they have to be; those of unknown places stay as they are. */
export const derived = (text: string): string =>
  text.replaceAll(place, (whole: string, begin: string, name: string, end: string) => {
    const make = tables[name]
    return make === undefined ? whole : `${begin}\n${make()}\n${end}`
  })

/** The names of the tables that a document has. */
export const namesIn = (text: string): ReadonlyArray<string> => [...text.matchAll(place)].map(([, , name = ""]) => name)

/** The names of all tables. */
export const all = Object.keys(tables)
