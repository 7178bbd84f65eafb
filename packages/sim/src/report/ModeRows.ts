import { ways } from "@ebb/core/domain/RolloutWay"
import * as Format from "@ebb/text/Format"
import { format } from "../measure/MeasureFormat.ts"
import { isOfTimes, type Measure, type MeasurePath, measures } from "../measure/Measures.ts"
import type { ModeReport } from "../measure/ModeReport.ts"
import * as OwnModes from "./OwnModes.ts"
import type { RehearsalReport } from "./RehearsalReport.ts"

/** One line of a table: its name, indented below the line that it is a part of, and a cell a mode. */
export interface Row {
  readonly label: string
  readonly cells: ReadonlyArray<string>
}

type Modes = ReadonlyArray<ModeReport>
type Fate = "drained" | "errored" | "retried" | "cancelled" | "unresolved"
type Kind = "direct" | "queued"
type Value = Format.Measured | null | undefined

const kinds = ["direct", "queued"] as const

const row = (label: string, modes: Modes, cell: (mode: ModeReport) => string): Row => ({
  label,
  cells: modes.map(cell)
})

const text = (value: Value, format: (value: Format.Measured) => string): string =>
  value === null || value === undefined ? Format.none : format(value)

const some = (value: Value): boolean => value !== null && value !== undefined && value.mean > 0

/** Without a rollout nothing is in flight at one: the fates of those requests are no measure then. */
const isRolled = ({ mode }: ModeReport): boolean => mode !== "none"

const fateCell = (mode: ModeReport, value: Value): string => (isRolled(mode) ? text(value, Format.count) : Format.none)

/** The kinds of request that a fate befell in any mode. */
const kindsOf = (modes: Modes, fate: Fate): ReadonlyArray<Kind> =>
  kinds.filter((kind) => modes.some((mode) => isRolled(mode) && some(mode.inFlight[kind][fate])))

const hasBothKinds = (modes: Modes): boolean =>
  kinds.every((kind) => modes.some((mode) => some(mode.inFlight[kind].atStart)))

/** A fate of the requests in flight; where both kinds of request exist, which of them it befell. */
const fateRows = (modes: Modes, fate: Fate): ReadonlyArray<Row> => {
  const whole = (label: string) => row(label, modes, (mode) => fateCell(mode, mode.inFlight[fate]))
  const befallen = hasBothKinds(modes) ? kindsOf(modes, fate) : []
  if (befallen.length < 2) return [whole(`  ${fate}${befallen.length === 0 ? "" : `, all ${befallen[0]}`}`)]
  return [
    whole(`  ${fate}`),
    ...befallen.map((kind) => row(`    ${kind}`, modes, (mode) => fateCell(mode, mode.inFlight[kind][fate])))
  ]
}

const isMet = (modes: Modes, fate: Fate): boolean => modes.some((mode) => isRolled(mode) && some(mode.inFlight[fate]))

const inFlightRows = (modes: Modes): ReadonlyArray<Row> => [
  row("in flight at the rollout", modes, ({ inFlight }) => text(inFlight.atStart, Format.count)),
  ...(hasBothKinds(modes)
    ? kinds.map((kind) => row(`  ${kind}`, modes, ({ inFlight }) => text(inFlight[kind].atStart, Format.count)))
    : []),
  ...(["drained", "errored", "retried"] as const).flatMap((fate) => fateRows(modes, fate)),
  ...(["cancelled", "unresolved"] as const)
    .filter((fate) => isMet(modes, fate))
    .flatMap((fate) => fateRows(modes, fate))
]

const errorTypes = (modes: Modes): ReadonlyArray<string> => {
  const totals = new Map<string, number>()
  for (const { errorsByType } of modes) {
    for (const [type, value] of Object.entries(errorsByType))
      totals.set(type, (totals.get(type) ?? 0) + (value?.mean ?? 0))
  }
  return [...totals]
    .filter(([, total]) => total > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([type]) => type)
}

const errorRows = (modes: Modes): ReadonlyArray<Row> => [
  row("errors in all", modes, ({ requests }) => text(requests.errored, Format.count)),
  ...errorTypes(modes).map((type) =>
    row(`  ${type}`, modes, ({ errorsByType }) =>
      some(errorsByType[type]) ? text(errorsByType[type], Format.count) : Format.none
    )
  ),
  ...(modes.some(({ requests }) => some(requests.erroredOfWarmup))
    ? [row("errors of warm-up requests", modes, ({ requests }) => text(requests.erroredOfWarmup, Format.count))]
    : [])
]

/** Times that mean nothing stand in brackets. */
export const bracketed = ({ stability }: ModeReport, window: string, cell: string): string =>
  cell !== Format.none && stability.meaningless.some((each) => each === window) ? `(${cell})` : cell

/** The line of a measure, its values formatted by its unit. */
const measureRow = ({ label, path, unit }: Measure, modes: Modes): Row =>
  row(label, modes, (mode) => {
    const cell = text(valueAt(mode, path), (value) => format(unit, value, mode.cost.currency))
    const [times = "", window = ""] = path.split(".")
    return isOfTimes(times) ? bracketed(mode, window, cell) : cell
  })

const load = (mode: ModeReport): string => {
  const { runs, sinceMs, state } = mode.stability
  if (state === "stable") return "stable"
  if (state === "partly saturated") return `saturated in ${runs} of ${runsOf(mode)}`
  return sinceMs === null || sinceMs.mean === 0 ? "saturated" : `saturated from ${Format.duration(sinceMs.mean)}`
}

/** Whether the app keeps up, and how fast the line grows where it does not. */
const loadRows = (modes: Modes): ReadonlyArray<Row> => [
  row("load", modes, load),
  ...(modes.some(({ stability }) => stability.runs > 0)
    ? [row("  line grows, a minute", modes, ({ stability }) => text(stability.growthPerMinute, Format.count))]
    : [])
]

/** What a report has at the path of a measure. */
const valueAt = (mode: ModeReport, path: string): Value =>
  path
    .split(".")
    .reduce<unknown>(
      (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : null),
      mode
    ) as Value

const shown = measures.filter(({ isShown }) => isShown === true)
const shownUnder = (path: string): ReadonlyArray<Measure> => shown.filter((measure) => measure.path.startsWith(path))

/** Times before, during and after the rollout: the medians first, then the rare ones. */
const timeRows = (path: "latencyMs" | "queueWaitMs", modes: Modes): ReadonlyArray<Row> =>
  [".p50", ".p99"].flatMap((part) =>
    shownUnder(path)
      .filter((measure) => measure.path.endsWith(part))
      .map((measure) => measureRow(measure, modes))
  )

const isNothing = ({ cells }: Row): boolean =>
  cells.every((cell) => cell === Format.duration(0) || cell === Format.none)

/** Where nobody waited, one line says so. */
const waitRows = (modes: Modes): ReadonlyArray<Row> => {
  const waited = timeRows("queueWaitMs", modes).filter((each) => !isNothing(each))
  return waited.length > 0 ? waited : [row("queue wait p99", modes, () => Format.duration(0))]
}

/** When as many slots were ready as before; of a rollout that no run finished that says nothing yet. */
export const recovery = (mode: ModeReport, format: (value: Format.Measured) => string): string => {
  const [first] = mode.rollouts
  if (!isRolled(mode) || first === undefined) return Format.none
  if (first.finished === 0) return "not finished"
  return mode.capacity.recoveryMs === null ? "never" : format(mode.capacity.recoveryMs)
}

const runsOf = (mode: ModeReport): number => mode.requests.accepted?.n ?? 0
const neverRecovered = (mode: ModeReport): number =>
  isRolled(mode) ? runsOf(mode) - (mode.capacity.recoveryMs?.n ?? 0) : 0

/** A run that never recovered has no time to average, which must show: it is bad news. */
const neverRows = (modes: Modes): ReadonlyArray<Row> => {
  const isMixed = modes.some((mode) => neverRecovered(mode) > 0 && neverRecovered(mode) < runsOf(mode))
  const cell = (mode: ModeReport) => (isRolled(mode) ? `${neverRecovered(mode)} of ${runsOf(mode)}` : Format.none)
  return isMixed ? [row("  never, of the runs", modes, cell)] : []
}

const unfinishedIn = (mode: ModeReport): number => runsOf(mode) - (mode.rollouts[0]?.finished ?? 0)

const took = (mode: ModeReport): string => {
  const [first] = mode.rollouts
  if (first === undefined) return Format.none
  return first.durationMs === null ? "not finished" : Format.durationOf(first.durationMs)
}

/** How long the rollout was under way; where some runs ended before it did, in how many. */
const durationRows = (modes: Modes): ReadonlyArray<Row> => {
  const isMixed = modes.some((mode) => (mode.rollouts[0]?.finished ?? 0) > 0 && unfinishedIn(mode) > 0)
  const cell = (mode: ModeReport) =>
    mode.rollouts.length > 0 ? `${unfinishedIn(mode)} of ${runsOf(mode)}` : Format.none
  return [row("the rollout took", modes, took), ...(isMixed ? [row("  not finished, of the runs", modes, cell)] : [])]
}

/** So many runs tell what 95 % of them need apart from what all of them do. */
const runsForP95 = 20

/** What the requests in flight at the rollout needed on average is too short for half of the runs: so what suffices, too. */
const graceRows = (modes: Modes): ReadonlyArray<Row> => {
  const of = (label: string, cell: (grace: NonNullable<ModeReport["graceNeededMs"]>) => string) =>
    row(label, modes, (mode) =>
      isRolled(mode) && mode.graceNeededMs !== null ? cell(mode.graceNeededMs) : Format.none
    )
  const enough = (ms: number | null) => (ms === null ? "none suffices" : Format.wholeSeconds(ms))
  const hasP95 = modes.some((mode) => runsOf(mode) >= runsForP95)
  return [
    of("grace needed", Format.durationOf),
    ...(hasP95 ? [of("  in 95 % of the runs", ({ p95 }) => enough(p95))] : []),
    ...(modes.some((mode) => runsOf(mode) > 1) ? [of("  in all of them", ({ max }) => enough(max))] : [])
  ]
}

const recoveryRows = (modes: Modes): ReadonlyArray<Row> => [
  row("recovered after", modes, (mode) => recovery(mode, Format.durationOf)),
  ...neverRows(modes)
]

/** Measures whose lines are more than their values. */
const special: Partial<Readonly<Record<MeasurePath, (modes: Modes) => ReadonlyArray<Row>>>> = {
  "capacity.recoveryMs": recoveryRows,
  graceNeededMs: graceRows,
  "cost.amount": (modes) => [row("  cost", modes, ({ cost }) => Format.moneyOf(cost.amount, cost.currency))]
}

/** The measures that have no section of their own, in their order. */
const otherRows = (modes: Modes): ReadonlyArray<Row> =>
  shown
    .filter(({ path }) => !/^(inFlight|requests|latencyMs|queueWaitMs)\./.test(path))
    .flatMap((measure) => special[measure.path]?.(modes) ?? [measureRow(measure, modes)])

/** Every measure that is worth a line, a cell a mode. */
export const rows = (modes: Modes): ReadonlyArray<Row> =>
  [
    ...(modes.some(isRolled) ? inFlightRows(modes) : []),
    ...errorRows(modes),
    ...loadRows(modes),
    ...timeRows("latencyMs", modes),
    ...waitRows(modes),
    ...durationRows(modes),
    ...otherRows(modes)
  ].filter(({ cells }) => cells.some((cell) => cell !== Format.none))

/** Where there are several rollouts: what is said of the first alone, and which are the same in every mode. */
export const ofSeveral = (report: Pick<RehearsalReport, "modes" | "ownModes">): ReadonlyArray<string> => {
  const count = Math.max(0, ...report.modes.map(({ rollouts }) => rollouts.length))
  if (count < 2) return []
  return [
    `Of ${count} rollouts, p99 and capacity, and what was in flight, are shown for the first.`,
    ...OwnModes.alike(report)
  ]
}

/** What the rows do not say by themselves, a sentence each. */
export const notes = ({ modes, moment }: Pick<RehearsalReport, "modes" | "moment">): ReadonlyArray<string> => [
  ...(moment === null || moment.note === null ? [] : [moment.note]),
  ...(modes.some(({ stability }) => stability.runs > 0)
    ? [
        "Times in brackets mean nothing: where the app cannot keep up they depend on how long the run is, and a longer " +
          "one would give longer ones."
      ]
    : []),
  ...(modes.some(({ rollouts: [first] }) => first?.order === ways.replace.order)
    ? [
        "Replacing first counts what is in flight on a runner when that runner is stopped, which is after its " +
          "replacement is ready: requests answered until then were never at risk."
      ]
    : [])
]
