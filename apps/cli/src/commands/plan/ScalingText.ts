import * as CostText from "@ebb/plan/scaling/CostText"
import type { Priced, Scaling } from "@ebb/plan/scaling/Scaling"
import * as SettingsText from "@ebb/plan/scaling/SettingsText"
import type { SloResult } from "@ebb/plan/scaling/Tried"
import { isKept } from "@ebb/plan/scaling/Verdict"
import * as AssertionText from "@ebb/sim/report/AssertionText"
import * as Format from "@ebb/text/Format"
import { String } from "effect"
import * as Table from "../../kit/Table.ts"
import * as Terminal from "../../kit/Terminal.ts"
import * as Paragraph from "./Paragraph.ts"

/** By how much the chosen scaling is cheaper or dearer than today's, an hour. */
const savedText = ({ costUnit, savedPerHour, today }: Scaling): string => {
  const saved = savedPerHour!
  const share = Math.abs(saved / today.costPerHour.mean)
  if (!(share > 0.005)) return "as much as today"
  return `${CostText.plain(costUnit, Math.abs(saved))} (${Math.round(share * 100)} %) ${saved > 0 ? "less" : "more"} than today`
}

const changesText = ({ settings }: Priced, today: Priced): string => {
  const changes = Object.entries(settings).filter(([path, to]) => today.settings[path] !== to)
  return changes
    .map(
      ([path, to]) =>
        `${SettingsText.nameOf(path)} ${SettingsText.valueOf(to)} instead of ${SettingsText.valueOf(today.settings[path]!)}`
    )
    .join(", ")
}

const checked = ({ because, holds, slo, value }: SloResult): string =>
  AssertionText.line({ text: slo, passed: holds, actual: value, because })

/** What today's settings do not hold, and of what that is not known yet; they say it themselves where they are what is told. */
const todayText = ({ chosen, nearestMiss, today }: Scaling): ReadonlyArray<string> => {
  if (changesText(chosen ?? nearestMiss!, today) === "") return []
  const broken = today.slos.filter(({ verdict }) => verdict === "broken").map(({ slo }) => slo)
  const open = today.slos.filter(({ verdict }) => verdict === "open" || verdict === "close")
  return [
    ...(broken.length === 0 ? [] : [`Today's settings do not hold ${broken.join(", nor ")}.`]),
    ...open.map((result) => `Not known of today's settings: ${checked(result)}.`)
  ]
}

const chosenText = (scaling: Scaling): string => {
  const chosen = scaling.chosen!
  const known = scaling.confidence === null ? "is known to hold" : "holds"
  const cheaper = scaling.impossible === 0 ? "nothing cheaper" : "nothing cheaper among those tried"
  const changes = changesText(chosen, scaling.today)
  const cost = `${CostText.plain(scaling.costUnit, chosen.costPerHour.mean)} an hour through the rollout, ${savedText(scaling)}`
  if (changes === "") return `Keep ${SettingsText.of(chosen.settings)}: ${cheaper} ${known}; ${cost}.`
  return `Set ${changes}: ${cost}.`
}

const verdicts = {
  holds: "Holds",
  unbroken: "Not proven",
  broken: "Does not hold",
  open: "Not known yet",
  close: "Too close to its limit to tell"
} as const

/** What is left open of an SLO that no run broke. */
const unbrokenText = ({ unseen, value }: SloResult): string =>
  unseen === null
    ? ""
    : ` No run of ${Format.integer(value!.n)} broke it, but up to ${+(unseen * 100).toPrecision(2)} % of runs still may.`

const sloText = ({ slos }: Priced): ReadonlyArray<string> =>
  slos.map((result) => `${verdicts[result.verdict]}: ${checked(result)}.${unbrokenText(result)}`)

const certainty = ({ candidates, chosen, close, confidence, isOutOfRuns, runs }: Scaling): string => {
  const tried = `${Format.counted(candidates, "candidate")} tried in ${Format.counted(runs, "run")}`
  const untold = close === 0 ? "" : `; ${close} too close to a limit to tell`
  if (confidence === null) {
    const more = isOutOfRuns ? "; raise --runs to know more" : ""
    return `${tried}, which do not settle it: this is what they show so far${untold}${more}.`
  }
  const probability = `with a probability of ${Math.round(confidence * 100)} %`
  return chosen === null
    ? `${tried}; ${probability} none of them holds.`
    : `${tried}; ${probability} this one costs the least, or at most 1 % more${untold}.`
}

const concurrencies = ["scaling.min_concurrency", "scaling.max_concurrency"]

/** What the bounds allow and no app can have. */
const impossibleText = ({ impossible, today }: Scaling): ReadonlyArray<string> => {
  if (impossible === 0) return []
  const fixed = concurrencies.find((path) => !(path in today.settings))
  const help = fixed === undefined ? "" : ` To try them, let ${SettingsText.nameOf(fixed)} change as well.`
  const count = Format.counted(impossible, "combination")
  return [
    `${count} within the bounds ${impossible === 1 ? "was" : "were"} not tried: min_concurrency would be above max_concurrency.${help}`
  ]
}

const brokenText = ({ cheapestBroken, chosen }: Scaling): ReadonlyArray<string> =>
  cheapestBroken === null || chosen === null
    ? []
    : [
        `The cheapest that does not hold is ${SettingsText.of(cheapestBroken.settings)}: it breaks ${cheapestBroken.broke}.`
      ]

/** What was chosen, beside what came near and today's. */
export const details = (scaling: Scaling, terminal: Terminal.Terminal, width: number) => {
  const { chosen, nearestMiss, runnerUp, today } = scaling
  const row = (label: string, priced: Priced | null) =>
    priced === null
      ? []
      : [
          {
            label: `  ${label}`,
            cells: [
              SettingsText.of(priced.settings),
              Terminal.plain(terminal, CostText.of(scaling.costUnit, priced.costPerHour))
            ]
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

/** Whether no SLO is known to be broken, nor open. */
export const isAllKept = ({ slos }: Priced): boolean => slos.every(({ verdict }) => isKept(verdict))

/** What was chosen; a choice that only the means speak for is none to rely on. */
const choiceText = (scaling: Scaling): ReadonlyArray<Paragraph.Said> =>
  isAllKept(scaling.chosen!)
    ? Paragraph.answer(chosenText(scaling))
    : Paragraph.noAnswer(
        `No scaling within the bounds is known yet to hold every SLO. By the means so far, ${String.uncapitalize(chosenText(scaling))}`
      )

const missText = ({ nearestMiss }: Scaling): string =>
  `No scaling within the bounds is known to hold every SLO. The nearest miss is ${SettingsText.of(nearestMiss!.settings)}.`

/** With what scaling, for people. */
export const said = (scaling: Scaling): ReadonlyArray<Paragraph.Said> => {
  const { chosen, nearestMiss } = scaling
  const reasons = [
    ...sloText(chosen ?? nearestMiss!),
    ...todayText(scaling),
    ...brokenText(scaling),
    ...impossibleText(scaling),
    certainty(scaling)
  ]
  return [
    ...(chosen === null ? Paragraph.noAnswer(missText(scaling)) : choiceText(scaling)),
    ...reasons.flatMap((reason) => Paragraph.reason(reason))
  ]
}

/** Nobody said what must hold. */
export const unasked = (): ReadonlyArray<Paragraph.Said> =>
  Paragraph.reason('To find the cheapest scaling, say what must hold: --slo "replace.latencyMs.during.p99 < 10s"')
