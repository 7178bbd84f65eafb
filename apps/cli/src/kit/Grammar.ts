/** Where an option stands in the help. */
export type OptionGroup = "options" | "output" | "debug"

interface OptionBase {
  /** The first stands in the usage line: `["--follow", "-f"]`. */
  readonly names: readonly [string, ...ReadonlyArray<string>]
  /** The key under which its value is found. */
  readonly key: string
  readonly help: string
  readonly group?: OptionGroup
  /** Accepted everywhere, but named only in the help of the whole program. */
  readonly hidden?: boolean
  /** Options that share this word exclude each other. */
  readonly exclusive?: string
}

/** An option that takes no value and stores `stores` (true unless given). */
export interface FlagOption extends OptionBase {
  readonly kind: "flag"
  readonly stores?: string
}

/** How a word becomes a value; it throws a {@link BadValue} where it cannot. */
export type Conversion = "int" | ((word: string) => unknown)

/** An option with a value. `one`: the last wins; `append`: repeated, they add up; `list`: takes all the words that follow it. */
export interface ValueOption extends OptionBase {
  readonly kind: "one" | "append" | "list"
  readonly metavar?: string
  readonly choices?: ReadonlyArray<string>
  readonly convert?: Conversion
  readonly required?: boolean
}

export type Option = FlagOption | ValueOption

/** An argument known by its place. `count` is argparse's: "?" optional, "*" any number, "+" at least one, "..." all the rest. */
export interface Positional {
  readonly key: string
  readonly metavar?: string
  readonly help: string
  readonly count?: "?" | "*" | "+" | "..."
  readonly choices?: ReadonlyArray<string>
  /** Words that may stand in its first place instead of a file: for completion alone. */
  readonly orWords?: ReadonlyArray<string>
  /** Excludes the options that share this word; for an optional one. */
  readonly exclusive?: string
  readonly convert?: Conversion
  /** Turns all of its words at once into its value; it throws a {@link BadValue} where it cannot. */
  readonly together?: (words: ReadonlyArray<string>) => unknown
}

/** What a command accepts, and what its help says about it. */
export interface Grammar {
  readonly description: string
  readonly options: ReadonlyArray<Option>
  readonly positionals: ReadonlyArray<Positional>
  /** Whole lines, shown as they are at the end of the help. */
  readonly examples?: ReadonlyArray<string>
}

/** Says why a word is no value; the text follows `argument NAME: `. */
export class BadValue extends Error {
  override readonly name = "BadValue"
}

/** The options that every command, group and the program itself takes. */
export const debugOptions: ReadonlyArray<Option> = [
  {
    kind: "flag",
    names: ["--debug"],
    key: "debug",
    group: "debug",
    help: "show the whole error: tag, fields, causes, stack"
  },
  { kind: "flag", names: ["--pdb"], key: "pdb", group: "debug", help: "look into the failure at a prompt" },
  { kind: "flag", names: ["--cprofile"], key: "cprofile", group: "debug", help: "show where the time went" }
]

export const noColorOption: Option = {
  kind: "flag",
  names: ["--no-color"],
  key: "noColor",
  group: "output",
  hidden: true,
  help: "no colours and no other escape sequences"
}
