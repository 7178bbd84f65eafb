import { replay } from "@ebb/core/journal/Replay"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"

const written = (origin: string): string => readFileSync(join(import.meta.dirname, `version1/${origin}.jsonl`), "utf8")

describe.each(["virtual", "live"])("a %s journal of version 1", (origin) => {
  const journal = written(origin)

  it("comes out again, though health checks and words for none have changed since", () => {
    const { hash, header, inputs } = Result.getOrThrow(replay(journal))
    const lines = journal.trimEnd().split("\n")
    assert.strictEqual(header.origin, origin)
    assert.deepStrictEqual(JSON.parse(lines.at(-1)!), { inputs, hash })
    for (const input of ["checked", "submit", "timer", "rollout"]) assert.include(journal, `"input":"${input}"`)
  })

  it("is rejected at the line that was changed", () => {
    const lines = journal.split("\n")
    const at = lines.findLastIndex((line) => line.includes('"submit"'))
    const changed = lines.with(at, lines[at]!.replace('"maxQueueLength":-1', '"maxQueueLength":null'))
    assert.notStrictEqual(changed[at], lines[at])
    const rejected = replay(changed.join("\n"))
    assert.strictEqual(Result.isFailure(rejected) && rejected.failure.line, at + 1)
  })
})
