import type { Priced, Scaling } from "@ebb/plan/scaling/Scaling"
import * as SettingsText from "@ebb/plan/scaling/SettingsText"
import * as AssertionText from "@ebb/sim/report/AssertionText"
import type { Estimate } from "@ebb/sim/measure/Statistics"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Format from "@ebb/text/Format"
import * as Table from "../../kit/Table.ts"
import * as Terminal from "../../kit/Terminal.ts"
import * as Paragraph from "./Paragraph.ts"

const isPriced = ({ app, prices }: RehearsalSpec): boolean =>
  app.revision.machineTypes.every((type) => prices.rates[type] !== undefined)

const costText = (spec: RehearsalSpec, cost: Estimate): string =>
  isPriced(spec) ? Format.moneyOf(cost, spec.prices.currency) : `${Format.count(cost)} GPU s`

const plainCost = (spec: RehearsalSpec, amount: number): string =>
  isPriced(spec) ? Format.money(amount, spec.prices.currency) : `${Format.integer(amount)} GPU-seconds`

/** By how much the chosen scaling is cheaper or dearer than today's, an hour. */
const savedText = ({ chosen, today }: Scaling, spec: RehearsalSpec): string => {
  const saved = today.costPerHour.mean - chosen!.costPerHour.mean
  const share = Math.abs(saved / today.costPerHour.mean)
  if (!(share > 0.005)) return "as much as today"
  return `${plainCost(spec, Math.abs(saved))} (${Math.round(share * 100)} %) ${saved > 0 ? "less" : "more"} than today`
}

const todayBreaks = ({ slos }: Priced): ReadonlyArray<string> =>
  slos.filter(({ holds }) => !holds).map(({ slo }) => slo)

const changesText = ({ settings }: Priced, today: Priced): string => {
  const changes = Object.entries(settings).filter(([path, to]) => today.settings[path] !== to)
  return changes
    .map(
      ([path, to]) =>
        `${SettingsText.nameOf(path)} ${SettingsText.valueOf(to)} instead of ${SettingsText.valueOf(today.settings[path]!)}`
    )
    .join(", ")
}

const chosenText = (scaling: Scaling, spec: RehearsalSpec): string => {
  const chosen = scaling.chosen!
  const changes = changesText(chosen, scaling.today)
  const cost = `${plainCost(spec, chosen.costPerHour.mean)} an hour through the rollout, ${savedText(scaling, spec)}`
  if (changes === "") return `Keep ${SettingsText.of(chosen.settings)}: nothing cheaper holds; ${cost}.`
  return `Set ${changes}: ${cost}.`
}

const sloText = ({ slos }: Priced): ReadonlyArray<string> =>
  slos.map(
    ({ because, holds, slo, value }) =>
      `${holds ? "Holds" : "Does not hold"}: ${AssertionText.line({ text: slo, passed: holds, actual: value, because })}.`
  )

const certainty = ({ candidates, chosen, confidence, runs }: Scaling): string => {
  const tried = `${Format.counted(candidates, "candidate")} tried in ${Format.counted(runs, "run")}`
  if (confidence === null) return `${tried}, which do not settle it: this is what they show so far.`
  const probability = `with a probability of ${Math.round(confidence * 100)} %`
  return chosen === null
    ? `${tried}; ${probability} none of them holds.`
    : `${tried}; ${probability} this one costs the least, or at most 1 % more.`
}

const brokenText = ({ cheapestBroken, chosen }: Scaling): ReadonlyArray<string> =>
  cheapestBroken === null || chosen === null
    ? []
    : [
        `The cheapest that does not hold is ${SettingsText.of(cheapestBroken.settings)}: it breaks ${cheapestBroken.broke}.`
      ]

/** What was chosen, beside what came near and today's. */
export const details = (
  { chosen, nearestMiss, runnerUp, today }: Scaling,
  spec: RehearsalSpec,
  terminal: Terminal.Terminal,
  width: number
) => {
  const row = (label: string, priced: Priced | null) =>
    priced === null
      ? []
      : [
          {
            label: `  ${label}`,
            cells: [SettingsText.of(priced.settings), Terminal.plain(terminal, costText(spec, priced.costPerHour))]
          }
        ]
  const rows = [
    ...row("chosen", chosen),
    ...row("nearest", nearestMiss),
    ...row("runner-up", runnerUp),
    ...row("today", today)
  ]
  return Table.plain(["settings", "an hour"], rows, width, (header) => Terminal.paint(terminal, "dim", header))
}

const missText = ({ nearestMiss }: Scaling): string =>
  `No scaling within the bounds is known to hold every SLO. The nearest miss is ${SettingsText.of(nearestMiss!.settings)}.`

/** With what scaling, for people. */
export const said = (scaling: Scaling, spec: RehearsalSpec): ReadonlyArray<Paragraph.Said> => {
  const { chosen, nearestMiss, today } = scaling
  const reasons = [
    ...sloText(chosen ?? nearestMiss!),
    ...(todayBreaks(today).length === 0 ? [] : [`Today's settings do not hold ${todayBreaks(today).join(", nor ")}.`]),
    ...brokenText(scaling),
    certainty(scaling)
  ]
  return [
    ...(chosen === null ? Paragraph.noAnswer(missText(scaling)) : Paragraph.answer(chosenText(scaling, spec))),
    ...reasons.flatMap((reason) => Paragraph.reason(reason))
  ]
}

/** Nobody said what must hold. */
export const unasked = (): ReadonlyArray<Paragraph.Said> =>
  Paragraph.reason('To find the cheapest scaling, say what must hold: --slo "replace.latencyMs.during.p99 < 10s"')
