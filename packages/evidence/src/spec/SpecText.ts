import { wrap } from "@ebb/text/Wrap"
import type { Finding, Learnt } from "../learn/Finding.ts"

const width = 110

const comment = ({ from, n, note, sure }: Finding): string =>
  sure === "assumed" ? "# assumed" : `# ${sure}, ${from}, n = ${n}${note === "" ? "" : `: ${note}`}`

/** `key: value # comment`, the comment above where the line would be long. */
const entry = (finding: Finding, key: string, indent: string): ReadonlyArray<string> => {
  const line = `${indent}${key}: ${finding.value}`
  const text = comment(finding)
  if (`${line} ${text}`.length <= width) return [`${line} ${text}`]
  return [...wrap(text.slice(2), width - indent.length - 2).map((part) => `${indent}# ${part}`), line]
}

const inPart = (findings: ReadonlyArray<Finding>, part: string): ReadonlyArray<string> =>
  findings
    .filter(({ path }) => path.startsWith(`${part}.`))
    .flatMap((finding) => entry(finding, finding.path.slice(part.length + 1), "  "))

const traffic = (findings: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  findings
    .filter(({ path }) => path.startsWith("traffic[0]."))
    .flatMap((finding, at) => {
      const lines = entry(finding, finding.path.slice("traffic[0].".length), "    ")
      return at === 0 ? [...lines.slice(0, -1), lines.at(-1)!.replace(/^ {4}/u, "  - ")] : lines
    })

/** The spec of what was learnt, each value with where it comes from and how sure it is. */
export const render = ({ findings }: Learnt, sources: ReadonlyArray<string>): string => {
  const parts = ["app", "scaling", "capacity", "runner"].flatMap((part) => {
    const lines = inPart(findings, part)
    return lines.length === 0 ? [] : [`${part}:`, ...lines, ""]
  })
  return [
    "# yaml-language-server: $schema=./ebb.schema.json",
    `# Learnt from ${sources.join(", ")}. Behind each value stands how sure it is, its source, and of how many (n):`,
    "# measured: seen as it is; coarse: a bound, or read off something rough; assumed: nobody knew, the platform's default.",
    "",
    ...parts,
    "traffic:",
    ...traffic(findings),
    "",
    "run:",
    ...inPart(findings, "run"),
    "  seeds: 20",
    ""
  ].join("\n")
}
