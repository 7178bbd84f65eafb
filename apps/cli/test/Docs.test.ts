import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as HelpPages from "@ebb/cli/kit/HelpPages"
import { versionOption } from "@ebb/cli/kit/Parser"
import { root } from "@ebb/cli/commands/root"
import * as Argument from "@ebb/cli/kit/Argument"
import * as Options from "@ebb/cli/sandbox/Options"

const text = readFileSync(join(import.meta.dirname, "../../../docs/cli.md"), "utf8")
const pages = await HelpPages.all(root, "ebb")
const leaves = pages.filter(({ commands }) => commands.length === 0)

const optionsIn = (part: string): ReadonlyArray<string> => {
  const code = [...part.matchAll(/`([^`]+)`/g)].map(([, words = ""]) => words).join("\n")
  return [...code.matchAll(/(?<![\w-])--?[a-z][a-z-]*/g)].map(([name]) => name)
}

/** What stands under the heading of that command. */
const sectionOf = (program: string): { readonly heading: string; readonly body: string } | null => {
  const found = text.split(/^(?=##)/m).find((part) => new RegExp(`^### \`${program}[ \`]`).test(part))
  if (found === undefined) return null
  const [heading = "", ...body] = found.split("\n")
  return { heading, body: body.join("\n") }
}

const shared = Argument.grammarOf({ ...Argument.output, team: Options.team, host: Options.host }).options
const everywhere = [versionOption, ...HelpPages.shared, ...shared].flatMap(({ names }) => names)
const common = new Set(["-h", "--help", ...everywhere])

describe("docs/cli.md", () => {
  it("has a heading for each command, and for no other", () => {
    const headings = [...text.matchAll(/^### `(.+)`$/gm)].map(([, heading = ""]) => heading)
    const programs = headings.map(
      (heading) => leaves.find(({ program }) => `${heading} `.startsWith(`${program} `))?.program ?? heading
    )
    assert.deepStrictEqual(programs.toSorted(), leaves.map(({ program }) => program).toSorted())
  })
  it("names the options that every command has", () => {
    const named = new Set(optionsIn(text.slice(text.indexOf("## Options of every"), text.indexOf("## Which sandbox"))))
    assert.deepStrictEqual(
      [...common].filter((name) => !named.has(name)),
      []
    )
  })
  it.each(leaves)("$program: names its options and no others", ({ options, positionals, program }) => {
    const { body, heading } = sectionOf(program) ?? { heading: "", body: "" }
    const own = options.flatMap(({ names }) => names).filter((name) => !common.has(name))
    const named = optionsIn(body).filter((name) => !common.has(name) && name !== "--")
    assert.deepStrictEqual([...new Set(named)].toSorted(), own.toSorted())
    for (const { choices = [], key, metavar = key } of positionals) {
      const isThere = heading.includes(metavar) || (choices.length > 0 && choices.every((one) => heading.includes(one)))
      assert.isTrue(isThere || metavar === "command" || program === "ebb runners exec", `${heading} without ${metavar}`)
    }
  })
  it("names the other names of commands", () => {
    for (const { aliases = [], name } of pages.flatMap(({ commands }) => commands)) {
      for (const alias of aliases) assert.match(text, new RegExp(`\`(runners )?${alias}\`[^.]*=\`(runners )?${name}\``))
    }
  })
  it("gives the JSON of each command", () => {
    const without = leaves.filter(({ program }) => !/JSON/.test(sectionOf(program)?.body ?? ""))
    // Those say where it is described.
    assert.deepStrictEqual(
      without.map(({ program }) => program),
      ["ebb check", "ebb runners gpus"]
    )
  })
})
