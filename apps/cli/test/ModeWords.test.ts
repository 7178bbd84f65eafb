import * as ModeWords from "@ebb/core/domain/ModeWords"
import * as RehearseOptions from "@ebb/cli/commands/rehearse/RehearseOptions"
import * as Argument from "@ebb/cli/kit/Argument"
import * as Parser from "@ebb/cli/kit/Parser"
import * as Assertion from "@ebb/sim/report/Assertion"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as FakeSandbox from "./FakeSandbox.ts"
import { begun } from "./golden/Samples.ts"
import { ebb } from "./RunEbb.ts"

const rehearseMode = (word: string): ReadonlyArray<string> => {
  const page = Parser.pageOf("ebb rehearse", { description: "", ...Argument.grammarOf(RehearseOptions.accepts) }, [])
  return Argument.given(RehearseOptions.accepts, Parser.parse(page, ["--mode", word]).values).mode
}

describe("a mode by any of its names", () => {
  it.each([...ModeWords.known, "stop_first", "replace_first", "Replace first"])("%s", async (word) => {
    const mode = ModeWords.parse(word)!
    assert.deepStrictEqual(rehearseMode(word), [mode])
    if (!word.includes(" ")) {
      const { path } = Result.getOrThrow(Assertion.parse(`${word}.inFlight.errored == 0`))
      assert.deepStrictEqual(path, [mode, "inFlight", "errored"])
    }
    if (mode === "none" || mode === "force") return
    const { calls, host } = FakeSandbox.start({ rollout: () => begun })
    await ebb({ host }, `apps rollout demo --order '${word}'`)
    assert.deepStrictEqual(calls[0]?.body, {
      force: false,
      order: mode === "graceful" ? "stop_first" : "replace_first"
    })
  })
  it("is refused where it is none, and points at --force", async () => {
    const { err } = await ebb({ host: "127.0.0.1:1" }, "apps rollout demo --order replce_first")
    assert.match(err, /invalid choice: 'replce_first' \(choose from .*\) \(did you mean replace_first\?\)\n$/)
    assert.match((await ebb({ host: "127.0.0.1:1" }, "apps rollout demo --order force")).err, /use --force instead\n$/)
  })
})
