import { BadValue } from "./Grammar.ts"
import { quote } from "./Text.ts"

type Json = string | number | boolean | null | { [key: string]: Json } | Array<Json>
type Fields = { [key: string]: Json }

const pattern = /^([^=:[\]]+)((?:\[[^[\]]*\])*)(:?=)([^]*)$/

const malformed = (word: string): BadValue =>
  new BadValue(`Could not parse argument ${quote(word)} as KEY=VALUE, KEY:=JSON or KEY[PART]=VALUE`)

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const valueOf = (word: string, sign: string, text: string): Json => {
  if (sign === "=") return text
  try {
    return JSON.parse(text)
  } catch {
    throw malformed(word)
  }
}

const put = (fields: Fields, word: string): void => {
  const [, first, parts = "", sign = "", text = ""] = pattern.exec(word) ?? []
  if (first === undefined) throw malformed(word)
  const keys = [first, ...[...parts.matchAll(/\[([^\]]*)\]/g)].map(([, part = ""]) => part)]
  let inner = fields
  for (const key of keys.slice(0, -1)) {
    const next = Object.hasOwn(inner, key) ? inner[key] : undefined
    const fresh: Fields = {}
    if (!isFields(next)) define(inner, key, fresh)
    inner = isFields(next) ? next : fresh
  }
  define(inner, keys.at(-1)!, valueOf(word, sign, text))
}

/** `__proto__` is a name like any other here. */
const define = (fields: Fields, key: string, value: Json): void => {
  Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true })
}

/** Fields of a JSON object as typed: `a=1` is text, `a:=1` is JSON, `a[b][c]=x` nests; the last of one name wins. */
export const parse = (words: ReadonlyArray<string>): Fields => {
  const fields: Fields = {}
  for (const word of words) put(fields, word)
  return fields
}

/** `NAME=VALUE` words as a record of text; the value is all that follows the first equals sign. */
export const named = (words: ReadonlyArray<string>): Readonly<Record<string, string>> => {
  const bad = words.some((word) => word.indexOf("=") < 1)
  if (bad) {
    const list = `[${words.map(quote).join(", ")}]`
    throw new BadValue(`Could not parse argument "${list}" as k1=v1 k2=v2 ... format`)
  }
  return Object.fromEntries(words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]))
}
