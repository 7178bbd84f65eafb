import { Dialect, type Lint, LocalLinter } from "harper.js"
import { slimBinary } from "harper.js/slimBinary"

/** Rules of Harper that are not asked, by why not. */
const notAsked = {
  "the speller asks with the words of the glossary": ["SpellCheck"],
  "the style of these texts is another": [
    "CommaFixes",
    "Dashes",
    "EllipsisLength",
    "LongSentences",
    "OxfordComma",
    "SentenceCapitalization",
    "Spaces",
    "UseEllipsisCharacter",
    "UseTitleCase"
  ],
  "words of the trade are no slips: rollout, setup, stdout, 15 ms": [
    "CompoundNouns",
    "DisjointPrefixes",
    "ExpandConfiguration",
    "ExpandControl",
    "ExpandDirectory",
    "ExpandMemoryShorthands",
    "ExpandMinimum",
    "ExpandStandardInputAndOutput",
    "ExpandTimeShorthands",
    "MassNouns",
    "MergeWords",
    "OrthographicConsistency",
    "PhrasalVerbAsCompoundNoun",
    "SplitWords",
    "WrongNegative"
  ],
  "they take right sentences for wrong: after failed starts, what cannot be is answered, some 15 s": [
    "HavePronoun",
    "ItsContraction",
    "MissingTo",
    "OneOfTheSingular",
    "Overall",
    "PronounInflectionBe",
    "QuantifierNumeralConflict",
    "SingleBe",
    "ToTwoToo"
  ]
} as const

/** Something that a reader would stumble over, with its line and the words around it. */
export interface Slip {
  readonly line: number
  readonly around: string
  readonly rule: string
  readonly message: string
}

const slipOf = (text: string, rule: string, lint: Lint): Slip => {
  const { end, start } = lint.span()
  return {
    line: text.slice(0, start).split("\n").length,
    around: text
      .slice(Math.max(0, start - 30), end + 30)
      .replace(/\s+/g, " ")
      .trim(),
    rule,
    message: lint.message()
  }
}

/** Harper, set up: reads Markdown as British English and answers what is no good grammar. */
export const reader = async (): Promise<(markdown: string) => Promise<ReadonlyArray<Slip>>> => {
  const linter = new LocalLinter({ binary: slimBinary, dialect: Dialect.British })
  await linter.setup()
  const off = new Set<string>(Object.values(notAsked).flat())
  const rules = await linter.getDefaultLintConfig()
  const unknown = [...off].filter((rule) => !(rule in rules))
  if (unknown.length > 0) throw new Error(`Harper has no rule ${unknown.join(", ")}`)
  await linter.setLintConfig(
    Object.fromEntries(Object.entries(rules).map(([rule, on]) => [rule, on && !off.has(rule)]))
  )
  return async (markdown) => {
    const byRule = await linter.organizedLints(markdown, { language: "markdown" })
    return Object.entries(byRule).flatMap(([rule, lints]) => lints.map((lint) => slipOf(markdown, rule, lint)))
  }
}
