import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { expect } from "vitest"

const rows = (count: number, broken: number, line: string): string =>
  ["T,n", ...Array.from({ length: count }, (_, index) => (index + 2 === broken ? line : `${index / 2},5`))].join("\n")

const files: Readonly<Record<string, string>> = {
  "good.csv": rows(6000, 0, ""),
  "empty.csv": "",
  "header.csv": "T,n\n",
  "unsorted.csv": rows(6000, 5000, "17,5"),
  "word.csv": rows(6000, 5000, "2499,many"),
  "short.csv": rows(6000, 5000, "2499"),
  "long.csv": rows(6000, 5000, "2499,5,5"),
  "quote.csv": rows(6000, 5000, '2499,"5'),
  "mixed.csv": rows(6000, 5000, "2023-11-16 18:17:03,5"),
  "twice.csv": "T,n,n\n1,2,3\n",
  "dates.csv": "T\n2023-11-16 18:17:03\n2023-13-41 18:17:03\n"
}

export const readFile = (path: string): string => {
  const text = files[path]
  if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" })
  return text
}

/** What is said about a spec that must not be accepted; every such text is one line. */
export const refusal = (text: string, set: ReadonlyArray<string> = []): string => {
  const parsed = Spec.parse(text, { file: "ebb.yaml", readFile, set })
  if (Result.isSuccess(parsed)) return "accepted"
  expect(parsed.failure.message).not.toContain("\n")
  return parsed.failure.message
}

export const source = (fields: string): string =>
  refusal(`traffic:\n  - kind: direct\n${fields.replaceAll(/^/gm, "    ")}\n`)

export const arrivals = (value: string): string => source(`arrivals: ${value}`)
export const trace = (file: string): string => arrivals(`{ trace: { file: ${file}, timestamp: T } }`)
export const service = (value: string, file = "good.csv"): string =>
  source(`arrivals: { trace: { file: ${file}, timestamp: T } }\nservice: ${value}`)
export const setup = (value: string): string => refusal(`runner:\n  setup: ${value}\n`)
