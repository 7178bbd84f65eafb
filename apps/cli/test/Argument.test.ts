import { assert, describe, it } from "vitest"
import * as Argument from "@ebb/cli/kit/Argument"
import { BadValue } from "@ebb/cli/kit/Grammar"
import * as Parser from "@ebb/cli/kit/Parser"
import fc from "fast-check"

const percent = (word: string): number => {
  if (!/^\d+%$/.test(word)) throw new BadValue("must be a share")
  return Number(word.slice(0, -1)) / 100
}

const accepts = {
  force: Argument.flag("--force", "by force"),
  lines: Argument.text(["--lines", "-n"], "how many"),
  seed: Argument.int("--seed", "the first"),
  order: Argument.choice("--order", ["stop_first", "replace_first"], "which way"),
  share: Argument.parsed("--share", percent, "how much", { show: (share) => `${Math.round(share * 100)}%` }),
  set: Argument.repeated("--set", "a value"),
  mode: Argument.choices("--mode", ["none", "force"], "this one only"),
  ...Argument.output,
  app: Argument.word("the app"),
  pairs: Argument.words("what to send")
}

const parse = (words: ReadonlyArray<string>): Argument.Given<typeof accepts> => {
  const grammar = { description: "Do it.", ...Argument.grammarOf(accepts) }
  return Argument.given(accepts, Parser.parse(Parser.pageOf("ebb it", grammar, []), words).values)
}

// A word that begins with a hyphen is an option to argparse, wherever it stands.
const word = fc.stringMatching(/^[a-z=.:[\]@{}"' ]{1,12}$/)

describe("the arguments of a command, declared once", () => {
  it("are values by their names: flags and lists are always there, the rest where it was given", () => {
    assert.deepStrictEqual(parse(["demo"]), { force: false, set: [], mode: [], app: "demo", pairs: [] })
    assert.deepStrictEqual(
      parse(["-n", "3", "--force", "demo", "--json", "--seed=-1", "--share", "5%", "--mode", "force", "a=1"]),
      { force: true, lines: "3", seed: -1, share: 0.05, set: [], mode: ["force"], app: "demo", pairs: ["a=1"] }
    )
  })

  it("can be written again as words that give the same values", () => {
    const values = fc.record(
      {
        force: fc.boolean(),
        set: fc.array(word, { maxLength: 3 }),
        mode: fc.array(fc.constantFrom("none" as const, "force" as const), { maxLength: 3 }),
        app: word,
        pairs: fc.array(word, { maxLength: 3 }),
        lines: word,
        seed: fc.integer(),
        order: fc.constantFrom("stop_first" as const, "replace_first" as const),
        share: fc.integer({ min: 1, max: 99 }).map((share) => share / 100)
      },
      { requiredKeys: ["force", "set", "mode", "app", "pairs"] }
    )
    fc.assert(
      fc.property(values, (given) => {
        const { share, ...rest } = parse(Argument.wordsOf(accepts, given))
        const { share: before, ...others } = given
        assert.deepStrictEqual({ ...rest }, { ...others })
        assert.closeTo(share ?? 0, before ?? 0, 1e-9)
      }),
      { numRuns: 200 }
    )
  })
})
