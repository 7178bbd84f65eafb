import { BadValue } from "../cli/Grammar.ts"

const shown = (words: ReadonlyArray<string>): string => `[${words.map((word) => `'${word}'`).join(", ")}]`

/** `A=1 B=x=y` as names and values, the last of a name winning; two words without `=` in the first are the older form. */
export const parse = (words: ReadonlyArray<string>): Readonly<Record<string, string>> => {
  const [name, value] = words
  if (words.length === 2 && name !== undefined && value !== undefined && !name.includes("=")) return { [name]: value }
  if (words.some((word) => !word.includes("="))) {
    throw new BadValue(`Could not parse argument "${shown(words)}" as k1=v1 k2=v2 ... format`)
  }
  return Object.fromEntries(words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]))
}
