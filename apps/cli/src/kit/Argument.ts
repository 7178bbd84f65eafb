import type { FlagOption, Grammar, Option, Positional, ValueOption } from "./Grammar.ts"

type Words = ReadonlyArray<string>

/**
 * What a command accepts in one place of its command line, declared once: argparse, help, completion, the type of the
 * value and the words to repeat it come from here. `A` is the value; `maybe`: it may be missing.
 */
export interface Argument<A, Presence extends "always" | "maybe" = "always" | "maybe"> {
  readonly presence: Presence
  /** What argparse and the help know of it; it is kept under the name that it is declared by. */
  readonly part: (key: string) => { readonly option: Option } | { readonly positional: Positional }
  /** What stands for it where it is not given; undefined for nothing. */
  readonly absent: unknown
  /** The words that give this value. */
  readonly words: (value: A) => Words
}

/** All that a command accepts, by the names of the values; options stand in this order in the usage line. */
export type Arguments = Readonly<Record<string, Argument<never>>>

type ValueOf<T> = T extends Argument<infer A> ? A : never
type KeysThat<T, Presence> = {
  [K in keyof T]: [ValueOf<T[K]>] extends [never] ? never : T[K] extends { readonly presence: Presence } ? K : never
}[keyof T]

/** The values that a command with these arguments is run with. */
export type Given<T> = { readonly [K in KeysThat<T, "always">]: ValueOf<T[K]> } & {
  readonly [K in KeysThat<T, "maybe">]?: ValueOf<T[K]>
}

type Names = string | readonly [string, string]

const namesOf = (names: Names): Option["names"] => (typeof names === "string" ? [names] : names)

/** The name to write: the long one. */
const nameOf = (names: Names): string => namesOf(names).find((name) => name.startsWith("--")) ?? namesOf(names)[0]

type Extra = Pick<FlagOption, "hidden" | "group" | "exclusive">
type ValueExtra = Extra & Pick<ValueOption, "metavar">

type Value<A> = Argument<A, "maybe">

/** An option without a value. */
export const flag = (names: Names, help: string, extra: Extra = {}): Argument<boolean, "always"> => ({
  presence: "always",
  absent: false,
  part: (key) => ({ option: { kind: "flag", names: namesOf(names), key, help, ...extra } }),
  words: (on) => (on ? [nameOf(names)] : [])
})

const valued = <A>(
  names: Names,
  help: string,
  extra: ValueExtra & Pick<ValueOption, "convert" | "choices">,
  show: (value: A) => string = String
): Value<A> => ({
  presence: "maybe",
  absent: undefined,
  part: (key) => ({ option: { kind: "one", names: namesOf(names), key, help, ...extra } }),
  words: (value) => [nameOf(names), show(value)]
})

/** An option with a text. */
export const text = (names: Names, help: string, extra: ValueExtra = {}): Value<string> => valued(names, help, extra)

/** An option with a whole number. */
export const int = (names: Names, help: string, extra: ValueExtra = {}): Value<number> =>
  valued(names, help, { ...extra, convert: "int" })

/** An option whose word is read by `convert`, which throws a BadValue for a word that is none; `show` writes it again. */
export const parsed = <A>(
  names: Names,
  convert: (word: string) => A,
  help: string,
  extra: ValueExtra & { readonly show?: (value: A) => string } = {}
): Value<A> => {
  const { show, ...rest } = extra
  return valued(names, help, { ...rest, convert }, show)
}

/** An option with one of a few words. */
export const choice = <const A extends string>(
  names: Names,
  choices: ReadonlyArray<A>,
  help: string,
  extra: ValueExtra = {}
): Value<A> => valued(names, help, { ...extra, choices })

const several = <A extends string>(
  names: Names,
  help: string,
  extra: ValueExtra & Pick<ValueOption, "convert" | "choices">
): Argument<ReadonlyArray<A>, "always"> => ({
  presence: "always",
  absent: [],
  part: (key) => ({ option: { kind: "append", names: namesOf(names), key, help, ...extra } }),
  words: (values) => values.flatMap((value) => [nameOf(names), value])
})

/** An option with a text that may be given again and again. */
export const repeated = (
  names: Names,
  help: string,
  extra: ValueExtra & { readonly convert?: (word: string) => string } = {}
): Argument<Words, "always"> => several<string>(names, help, extra)

/** An option with one of a few words that may be given again and again. */
export const choices = <const A extends string>(
  names: Names,
  choices: ReadonlyArray<A>,
  help: string,
  extra: ValueExtra = {}
): Argument<ReadonlyArray<A>, "always"> => several<A>(names, help, { ...extra, choices })

const following = <A extends string>(
  names: Names,
  help: string,
  extra: ValueExtra & Pick<ValueOption, "choices">
): Value<ReadonlyArray<A>> => ({
  presence: "maybe",
  absent: undefined,
  part: (key) => ({ option: { kind: "list", names: namesOf(names), key, help, ...extra } }),
  words: (values) => [nameOf(names), ...values]
})

/** An option that takes all the words behind it. */
export const list = (names: Names, help: string, extra: ValueExtra = {}): Value<Words> =>
  following<string>(names, help, extra)

/** An option that takes all the words behind it, each one of a few. */
export const listOf = <const A extends string>(
  names: Names,
  choices: ReadonlyArray<A>,
  help: string
): Value<ReadonlyArray<A>> => following<A>(names, help, { choices })

/** The same option, which must be given. */
export const required = <A>({ part, ...argument }: Value<A>): Argument<A, "always"> => ({
  ...argument,
  presence: "always",
  part: (key) => {
    const made = part(key)
    return "option" in made && made.option.kind !== "flag" ? { option: { ...made.option, required: true } } : made
  }
})

type PositionalExtra = Pick<Positional, "metavar" | "exclusive" | "convert" | "orWords">

const placed = <A, Presence extends "always" | "maybe">(
  presence: Presence,
  help: string,
  extra: Omit<Positional, "key" | "help">,
  absent: unknown,
  words: (value: A) => Words
): Argument<A, Presence> => ({
  presence,
  absent,
  part: (key) => ({ positional: { key, help, ...extra } }),
  words
})

/** A word that must stand in its place. */
export const word = (help: string, extra: PositionalExtra = {}): Argument<string, "always"> =>
  placed<string, "always">("always", help, extra, undefined, (value) => [value])

/** One of a few words that must stand in its place. */
export const wordOf = <const A extends string>(
  choices: ReadonlyArray<A>,
  help: string,
  extra: PositionalExtra = {}
): Argument<A, "always"> => placed<A, "always">("always", help, { ...extra, choices }, undefined, (value) => [value])

/** A word that may be missing. */
export const optionalWord = (help: string, extra: PositionalExtra = {}): Argument<string, "maybe"> =>
  placed("maybe", help, { ...extra, count: "?" }, undefined, (value) => [value])

/** One of a few words, which may be missing. */
export const optionalWordOf = <const A extends string>(
  choices: ReadonlyArray<A>,
  help: string,
  extra: PositionalExtra = {}
): Argument<A, "maybe"> =>
  placed<A, "maybe">("maybe", help, { ...extra, choices, count: "?" }, undefined, (value) => [value])

/** Any number of words; `...` takes all that follows, options included. */
export const words = (
  help: string,
  extra: PositionalExtra & { readonly count?: "*" | "..." } = {}
): Argument<Words, "always"> => placed("always", help, { count: "*", ...extra }, [], (values) => values)

/** One word or more that make one value together. */
export const together = <A>(
  help: string,
  make: (words: Words) => A,
  extra: PositionalExtra = {}
): Argument<A, "always"> => placed("always", help, { ...extra, count: "+", together: make }, undefined, () => [])

/** `--output` and `--json`, of which the later wins; every command takes them and none has to look at them. */
export const output: { readonly output: Argument<never>; readonly json: Argument<never> } = {
  output: valued("--output", "how to print the result", { group: "output", choices: ["pretty", "json"] }),
  json: {
    presence: "maybe",
    absent: undefined,
    part: () => ({
      option: {
        kind: "flag",
        names: ["--json"],
        key: "output",
        stores: "json",
        group: "output",
        help: "same as --output json"
      }
    }),
    words: () => []
  }
}

/** The options and positionals of a command, for argparse and help. */
export const grammarOf = (accepts: Arguments): Pick<Grammar, "options" | "positionals"> => {
  const parts = Object.entries(accepts).map(([key, { part }]) => part(key))
  return {
    options: parts.flatMap((one) => ("option" in one ? [one.option] : [])),
    positionals: parts.flatMap((one) => ("positional" in one ? [one.positional] : []))
  }
}

/** The values of a parsed command line, each under its name. */
export const given = <T extends Arguments>(accepts: T, parsed: Readonly<Record<string, unknown>>): Given<T> => {
  const values = Object.entries(accepts)
    .filter(([, argument]) => argument !== output.output && argument !== output.json)
    .map(([key, { absent }]) => [key, parsed[key] ?? absent] as const)
  // What argparse made of the words has the declared types: each conversion is in the declaration itself.
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Given<T>
}

/** The words that give these values again, in the order of the declaration. */
export const wordsOf = <T extends Arguments>(accepts: T, values: Partial<Given<T>>): Words => {
  const held: Readonly<Record<string, unknown>> = values
  return Object.entries(accepts).flatMap(([key, { words }]) =>
    // Each value comes from the argument of its own name.
    held[key] === undefined ? [] : words(held[key] as never)
  )
}
