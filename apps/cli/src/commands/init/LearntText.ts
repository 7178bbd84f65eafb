import type { Finding, Learnt } from "@ebb/evidence/learn/Finding"
import * as Format from "@ebb/text/Format"
import { wrap } from "@ebb/text/Wrap"

const width = 100

const folded = (text: string, indent: string): ReadonlyArray<string> =>
  wrap(text, width - indent.length - 2).map((line, at) => `${indent}${at === 0 ? "" : "  "}${line}`)

const known = ({ note, path, sure, value }: Finding): ReadonlyArray<string> =>
  folded(`${path}: ${value} (${sure}${note === "" ? "" : `; ${note}`})`, "  ")

/** What was learnt, what is missing and how to get it. */
export const render = ({ dropped, findings, missing, notes }: Learnt): string => {
  const learnt = findings.filter(({ sure }) => sure !== "assumed")
  const assumed = findings.filter(({ sure }) => sure === "assumed").map(({ path, value }) => `${path} ${value}`)
  return [
    ...notes.flatMap((note) => folded(note, "")),
    ...dropped.map(({ count, reason }) => `${Format.integer(count)} ${reason}`),
    "",
    "Learnt",
    ...learnt.flatMap(known),
    "",
    "Assumed, the platform's defaults",
    ...folded(assumed.join(" · "), "  "),
    ...(missing.length === 0 ? [] : ["", "Missing, and how to get it"]),
    ...missing.flatMap(({ how, path }) => folded(`${path}: ${how}`, "  ")),
    ""
  ]
    .map((line) => `${line}\n`)
    .join("")
}
