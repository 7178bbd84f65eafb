import { nearest } from "@ebb/text/Suggestion"
import { assert, describe, it } from "vitest"

describe("the word that was probably meant", () => {
  it.each([
    ["rollot", ["rollout", "runners"], "rollout"],
    ["fsh", ["bash", "zsh", "fish"], "fish"],
    ["stop", ["stop_first", "replace_first"], "stop_first"],
    ["re", ["rehearse"], null],
    ["run", ["runners", "runs-on"], null],
    ["nothing", ["graceful", "force"], null]
  ])("by %s", (word, known, meant) => {
    assert.strictEqual(nearest(word, known), meant)
  })
})
