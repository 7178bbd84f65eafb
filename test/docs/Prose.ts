import dictionary from "dictionary-en-gb"
import nspell from "nspell"
import writeGood from "write-good"

/** Something in a text that is no good English, and in which line. */
export interface Finding {
  readonly line: number
  readonly text: string
  readonly problem: string
}

const blank = (part: string): string => part.replace(/[^\n]/g, " ")

/** Something stands there that is no word: what is left and right of it is not beside each other. */
const gap = (part: string): string => `•${" ".repeat(part.length - 1)}`

/** The sentences of a Markdown text; what is code, an address or a picture's file is blank, so that places stay. */
export const sentencesOf = (markdown: string): string =>
  markdown
    .replace(/^```[^]*?^```/gm, blank)
    .replace(/^(?: {4}|\t).*$/gm, blank)
    .replace(/^#.*$/gm, (heading) => `${heading}.`)
    .replace(/`[^`\n]*`/g, gap)
    .replace(/\]\([^)\n]*\)/g, gap)
    .replace(/\[[^\]\s]*[./][^\]\s]*/g, blank)
    .replace(/<[^>\n]*>/g, blank)
    .replace(/https?:\S+/g, blank)

const lineOf = (text: string, at: number): number => text.slice(0, at).split("\n").length

const wordPattern = /[\p{L}][\p{L}’']*/gu

/** What stands between the tags of a page. */
const shownOf = (code: string): ReadonlyArray<string> =>
  !/<\/[a-z]*>/.test(code)
    ? []
    : [...code.replace(/\{[^{}<]*\}/g, "•").matchAll(/>([^<>=;`"]*)<\/?[a-z]/g)].map(([, shown]) =>
        shown!.replace(/\s+/g, " ").trim()
      )

/** The sentences in the texts of a source file, a line each; what is put into them, options and paths are gaps. */
export const messagesOf = (source: string): string => {
  const code = source.replace(/^\s*(?:import|export \*) .*$/gm, "")
  const texts = [...code.matchAll(/"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)].map(
    ([, plain, filled]) => plain ?? filled!
  )
  return [...texts, ...shownOf(code)]
    .filter(
      (text) =>
        /(?:\p{L}+ ){3}\p{L}+/u.test(text) &&
        !/^\s*(?:select|insert|update|delete|create|alter|pragma) |\n  create |<[!/a-z]|=>|\{\n|: readonly |["`]$/.test(
          text
        )
    )
    .map((text) => text.replace(/\$\{[^}]*\}|`[^`]*`|--[\w-]+|\b[\w.]+[=_/.][\w.=_/]+|\\[nt]/g, "•"))
    .join("\n•\n")
}

/** Names and words of one's own are known by their own list, in any form that the dictionary would give a word. */
export const speller = (own: ReadonlyArray<string>) => {
  const spell = nspell({ aff: Buffer.from(dictionary.aff), dic: Buffer.from(dictionary.dic) })
  for (const word of own) spell.add(word)
  return (text: string): ReadonlyArray<Finding> =>
    [...text.matchAll(wordPattern)].flatMap(({ 0: found, index }) => {
      const word = found.replace(/[’']s?$/, "").replaceAll("’", "'")
      const isName = /[A-Z].*[A-Z]|[a-z][A-Z]/.test(word)
      if (word.length < 2 || isName || spell.correct(word)) return []
      return [{ line: lineOf(text, index), text: word, problem: "is in no dictionary" }]
    })
}

/** Words said twice, and phrases that say nothing. */
export const phrases = (text: string): ReadonlyArray<Finding> =>
  writeGood(text, {
    illusion: true,
    cliches: true,
    so: false,
    passive: false,
    weasel: false,
    thereIs: false,
    adverb: false,
    tooWordy: false,
    eprime: false
  })
    .map(({ index, offset, reason }) => ({
      line: lineOf(text, index),
      text: text.slice(index, index + offset),
      problem: reason
    }))
    .filter((finding) => /\p{L}/u.test(finding.text))
