import * as Documents from "@ebb/cli/commands/docs/Documents"
import { assert, describe, it } from "@effect/vitest"
import { globSync } from "node:fs"
import { basename, join } from "node:path"
import { run } from "./RunEbb.ts"

const lines = (text: string): ReadonlyArray<string> => text.trimEnd().split("\n")

describe("ebb", () => {
  it("alone says what to begin with, within 80 columns, and every command that it names is there", async () => {
    const { code, err, out } = await run([])
    assert.deepStrictEqual([code, err], [0, ""])
    for (const line of lines(out)) assert.isAtMost(line.length, 80)
    const named = [...out.matchAll(/^ {2}ebb (\w+)/gm)].map(([, name = ""]) => name)
    assert.isAbove(named.length, 4)
    for (const name of named) assert.strictEqual((await run([name, "--help"])).code, 0)
  })
})

describe("ebb help", () => {
  it("is the help of the program, or of a command", async () => {
    assert.deepStrictEqual(await run(["help"]), await run(["--help"]))
    assert.deepStrictEqual(await run(["help", "apps", "rollout"]), await run(["apps", "rollout", "--help"]))
  })
  it("says what was probably meant", async () => {
    const { code, err } = await run(["help", "apps", "rolout"])
    assert.strictEqual(code, 2)
    assert.strictEqual(err, "✘ There is no command 'rolout' in ebb apps. Did you mean ebb apps rollout?\n")
  })
})

describe("the help of a command", () => {
  it.each(["apps list", "apps runners", "runners list", "init"])("fits a terminal of 80 columns: %s", async (line) => {
    const { out } = await run([...line.split(" "), "--help"], { terminal: true, columns: 80 })
    assert.deepStrictEqual(
      lines(out).filter((one) => one.length > 80),
      []
    )
  })
  it("lists the choices of an option that takes several", async () => {
    const { out } = await run(["apps", "list", "--help"], { terminal: true, columns: 80 })
    assert.include(out, "[--regions REGIONS [REGIONS ...]]")
    assert.include(out.replace(/\s+/g, " "), "only apps of one of these regions: eu-north, eu-west,")
  })
})

describe("an option mistyped", () => {
  it.each([
    ["load demo --raet 5/s", "ebb load: error: unrecognized arguments: --raet (did you mean --rate?)"],
    ["rehearse --preset llm --asert x", "ebb rehearse: error: unrecognized arguments: --asert (did you mean --assert?)"]
  ])("is what is wrong, not what follows from it: %s", async (line, expected) => {
    const { code, err } = await run(line.split(" "))
    assert.deepStrictEqual([code, lines(err).at(-1)], [2, expected])
  })
})

const plain = { terminal: true, env: { NO_COLOR: "1" } }

describe("ebb docs", () => {
  it("knows every document", async () => {
    const files = globSync("*.md", { cwd: join(import.meta.dirname, "../../../docs") })
    assert.deepStrictEqual([...Documents.topics].toSorted(), files.map((file) => basename(file, ".md")).toSorted())
    const { out } = await run(["docs"])
    assert.deepStrictEqual(
      lines(out).map((line) => line.split(/ +/)[2]),
      [...Documents.topics]
    )
  })
  it("prints one, links to the others as commands", async () => {
    const { code, out } = await run(["docs", "ci"])
    assert.strictEqual(code, 0)
    assert.notMatch(out, /\]\(|^#/m)
    assert.include(out, "ebb docs ")
  })
  it("is as wide as the terminal: no word is broken, tables have columns, code stays as it is", async () => {
    for (const columns of [80, 100]) {
      for (const topic of Documents.topics) {
        const { out } = await run(["docs", topic], { ...plain, columns })
        const wide = lines(out).filter((line) => line.length > columns && !/^ {4}|\S{40}/.test(line))
        assert.deepStrictEqual(wide, [], topic)
        assert.notMatch(out, /^\||\*\*\w|\]\(/m, topic)
      }
    }
    const { out } = await run(["docs", "glossary"], { ...plain, columns: 80 })
    assert.match(out, /^team {10}Owns apps, environments, secrets, {4}organization, account$/m)
  })
  it("says what was probably meant", async () => {
    const { code, err } = await run(["docs", "drainning"])
    assert.strictEqual(code, 2)
    assert.strictEqual(
      err.split("\n")[1],
      "ebb docs: error: argument TOPIC: invalid choice: 'drainning' (did you mean draining?)"
    )
  })
})
