/** What a name may be. */
export interface NameRule {
  /** What it is called in a refusal. */
  readonly what: string
  readonly pattern: RegExp
  /** Characters. */
  readonly most: number
  /** The pattern in words. */
  readonly must: string
}

const words = /^[A-Za-z0-9](?!.*--)(?:[A-Za-z0-9-]*[A-Za-z0-9])?$/
const mustBeWords = "must be letters, digits and single hyphens, with no hyphen at either end"
const oneLine = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u
const mustBeOneLine = "must be one line of text"

/** Every name and description that somebody chooses; each door refuses what is outside (docs/spec.md). */
export const names = {
  app: {
    what: "Application name",
    pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
    most: 128,
    must: "must be letters, digits, - _ . and begin with a letter or a digit"
  },
  environment: { what: "Environment name", pattern: words, most: 64, must: mustBeWords },
  team: { what: "Team name", pattern: words, most: 64, must: mustBeWords },
  secret: {
    what: "Secret name",
    pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
    most: 255,
    must: "must match [A-Za-z_][A-Za-z0-9_]*"
  },
  region: {
    what: "Region",
    pattern: /^[A-Za-z0-9][A-Za-z0-9-]*$/,
    most: 64,
    must: "must be letters, digits and hyphens"
  },
  keyDescription: { what: "Key description", pattern: oneLine, most: 200, must: mustBeOneLine },
  environmentDescription: { what: "Environment description", pattern: oneLine, most: 200, must: mustBeOneLine }
} as const satisfies Readonly<Record<string, NameRule>>

const shownMost = 40

/** On one line, without what a terminal would obey, cut where it is long. */
const shown = (text: string): string => {
  const plain = text.replaceAll(/[\s\p{C}]+/gu, " ")
  return plain.length <= shownMost ? plain : `${plain.slice(0, shownMost)}…`
}

/** What is wrong with a name, in a sentence; null where nothing is. */
export const nameProblem = ({ most, must, pattern, what }: NameRule, name: string): string | null => {
  if (name.length > most) return `${what} '${shown(name)}' must be at most ${most} characters long, got ${name.length}`
  return pattern.test(name) ? null : `${what} '${shown(name)}' ${must}`
}
