import type { Finding, Learnt } from "@ebb/evidence/learn/Finding"
import * as Format from "@ebb/text/Format"
import { folded, widthOf } from "../../evidence/FoldedText.ts"
import type * as Terminal from "../../kit/Terminal.ts"

const known = ({ note, path, sure, value }: Finding): string =>
  `${path}: ${value} (${sure}${note === "" ? "" : `; ${note}`})`

/** What was learnt, what is missing and how to get it. */
export const render = ({ dropped, findings, missing, notes }: Learnt, to: Terminal.Terminal): string => {
  const width = widthOf(to)
  const indented = (text: string): ReadonlyArray<string> => folded(text, "  ", width)
  const learnt = findings.filter(({ sure }) => sure !== "assumed")
  const assumed = findings.filter(({ sure }) => sure === "assumed").map(({ path, value }) => `${path} ${value}`)
  return [
    ...notes.flatMap((note) => folded(note, "", width)),
    ...dropped.flatMap(({ count, reason }) => folded(`${Format.integer(count)} ${reason}`, "", width)),
    "",
    "Learnt",
    ...learnt.map(known).flatMap(indented),
    "",
    "Assumed, the platform's defaults",
    ...indented(assumed.join(" · ")),
    ...(missing.length === 0 ? [] : ["", "Missing, and how to get it"]),
    ...missing.flatMap(({ how, path }) => indented(`${path}: ${how}`)),
    ""
  ]
    .map((line) => `${line}\n`)
    .join("")
}
