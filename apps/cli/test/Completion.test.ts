import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { run } from "./RunEbb.ts"

const folder = mkdtempSync(join(tmpdir(), "ebb-completion-"))
const scriptOf = (shell: string): string => join(folder, `ebb.${shell}`)

beforeAll(async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, err, out } = await run(["completion", shell])
    assert.deepStrictEqual([code, err], [0, ""])
    writeFileSync(scriptOf(shell), out)
  }
  writeFileSync(join(folder, "spec.yaml"), "")
})

afterAll(() => rmSync(folder, { recursive: true }))

const hasShell = (shell: string): boolean => spawnSync(shell, ["-c", "true"]).status === 0

const lines = (shell: string, program: string): ReadonlyArray<string> => {
  const { status, stderr, stdout } = spawnSync(shell, ["-c", program], { cwd: folder, encoding: "utf8" })
  assert.deepStrictEqual([status, stderr], [0, ""])
  return stdout.split("\n").filter((line) => line !== "")
}

/** Asks the shell itself what it would offer for the last of these words. */
type Ask = (words: ReadonlyArray<string>) => ReadonlyArray<string>

const inBash: Ask = (words) => {
  // The shell splits at an equals sign before it asks.
  const parts = words.flatMap((word) => word.split(/(=)/).filter((part, at) => part !== "" || at === 0))
  const given = parts.map((part) => `'${part}'`).join(" ")
  const asked = `COMP_WORDS=(${given}); COMP_CWORD=${parts.length - 1}; _ebb; printf '%s\\n' "\${COMPREPLY[@]}"`
  return lines("bash", `source ${scriptOf("bash")}; complete -p ebb >/dev/null; ${asked}`)
}

const inFish: Ask = (words) =>
  lines("fish", `source ${scriptOf("fish")}; complete -C '${words.join(" ")}'`).map((line) => line.split("\t")[0] ?? "")

/** Its last step, which needs the line editor, is replaced by one that prints. */
const inZsh: Ask = (words) => {
  const printing = [
    `_describe() { [[ $1 == -o ]] && shift 2 || shift; print -l -- "\${(@)\${(P)1}%%:*}" }`,
    "compadd() { shift; print -l -- $@ }",
    "_files() { print -l -- * }",
    "compset() { cur=${cur#*=} }"
  ]
  const given = words.map((word) => `'${word}'`).join(" ")
  const program = [...printing, `source ${scriptOf("zsh")}`, `words=(${given})`, `CURRENT=${words.length}`, "_ebb"]
  const start = words.at(-1)?.replace(/^--.*=/, "") ?? ""
  return lines("zsh", program.join("\n")).filter((word) => word.startsWith(start))
}

const shells: ReadonlyArray<readonly [string, Ask]> = [
  ["bash", inBash],
  ["zsh", inZsh],
  ["fish", inFish]
]

for (const [shell, ask] of shells) {
  describe.skipIf(!hasShell(shell))(`${shell} (skipped where it is not installed)`, () => {
    const offers = (line: string) => ask(line.split(" ")).toSorted()
    it("takes the script without complaint", () => {
      assert.deepStrictEqual(lines(shell, `${shell} -n ${scriptOf(shell)}`), [])
    })
    it("completes commands, those of a group under each of its names", () => {
      assert.deepStrictEqual(offers("ebb rol"), ["rollouts"])
      assert.deepStrictEqual(offers("ebb apps ro"), ["rollout"])
      assert.deepStrictEqual(offers("ebb machine st"), ["stop"])
      assert.deepStrictEqual(offers("ebb --debug teams u"), ["unset"])
    })
    it("completes the command that help is asked about", () => {
      assert.include(offers("ebb help "), "apps")
      assert.deepStrictEqual(offers("ebb help apps roll"), ["rollout"])
    })
    it("completes options", () => {
      assert.deepStrictEqual(offers("ebb apps rollout --wa"), ["--wait", "--watch"])
      assert.deepStrictEqual(offers("ebb apps rollout demo --fo"), ["--force"])
      assert.notInclude(offers("ebb apps list --"), "--host")
    })
    it("completes the values of an option, and nothing where they are free", () => {
      assert.deepStrictEqual(offers("ebb apps rollout demo --order "), ["replace_first", "stop_first"])
      assert.deepStrictEqual(offers("ebb apps rollout demo --team s"), [])
      assert.include(offers("ebb rehearse --html sp"), "spec.yaml")
    })
    it("completes arguments with a choice, and files", () => {
      assert.deepStrictEqual(offers("ebb runners fault 3f0c cr"), ["crash"])
      assert.deepStrictEqual(offers("ebb completion z"), ["zsh"])
      assert.include(offers("ebb up sp"), "spec.yaml")
    })
    it("completes words that may stand in the place of a file, once, and files beside them", () => {
      assert.includeMembers([...offers("ebb plan ")], ["grace", "way", "when", "scaling", "spec.yaml"])
      assert.deepStrictEqual(offers("ebb plan gr"), ["grace"])
      assert.include(offers("ebb plan grace sp"), "spec.yaml")
      if (shell !== "fish") assert.notInclude(offers("ebb plan grace "), "way")
    })
  })
}

describe("in bash and zsh", () => {
  const both = shells.filter(([shell]) => shell !== "fish" && hasShell(shell))
  it.each(both)("%s goes on with the values of a list, and after an equals sign", (_, ask) => {
    const offers = (line: string) => ask(line.split(" ")).toSorted()
    assert.deepStrictEqual(offers("ebb apps runners demo --state idle run"), ["running"])
    assert.deepStrictEqual(offers("ebb apps runners demo --state idle --js"), ["--json"])
    assert.deepStrictEqual(offers("ebb apps list --output=js"), ["json"])
    assert.deepStrictEqual(offers("ebb apps list --output=json --so"), ["--sort-by-runners"])
  })
})

it.skipIf(!hasShell("bash"))("bash does so too where it does not split words at an equals sign", () => {
  const asked = `COMP_WORDS=(ebb apps list --output=j); COMP_CWORD=3; _ebb; printf '%s\\n' "\${COMPREPLY[@]}"`
  assert.deepStrictEqual(lines("bash", `source ${scriptOf("bash")}; ${asked}`), ["--output=json"])
})

describe("ebb completion", () => {
  it("is a JSON value with --json", async () => {
    const { out } = await run(["completion", "fish", "--json"])
    const { script, shell } = JSON.parse(out)
    assert.strictEqual(shell, "fish")
    assert.strictEqual(script, (await run(["completion", "fish"])).out)
  })
  it("has none for tcsh and says so", async () => {
    const { code, err, out } = await run(["completion", "tcsh"])
    assert.deepStrictEqual([code, out], [2, ""])
    const expected =
      "ebb completion: error: argument {bash,zsh,fish}: there is no script for tcsh, only for bash, zsh and fish"
    assert.strictEqual(err.trimEnd().split("\n").at(-1), expected)
  })
})
