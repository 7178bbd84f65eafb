import * as LiveDefaults from "@ebb/cli/commands/rehearse/LiveDefaults"
import * as RehearseOptions from "@ebb/cli/commands/rehearse/RehearseOptions"
import * as Argument from "@ebb/cli/kit/Argument"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"

const given = (words: Partial<RehearseOptions.Given>): RehearseOptions.Given =>
  Argument.given(RehearseOptions.accepts, { live: true, ...words })

const decode = (preset: Presets.PresetName, set: ReadonlyArray<string>) =>
  Result.getOrThrow(Spec.parse(Presets.presets[preset], { file: preset, set, readFile: () => "" }))

const shortened = (preset: Presets.PresetName, words: Partial<RehearseOptions.Given> = {}) => {
  const overrides = LiveDefaults.overrides(decode(preset, words.set ?? []), given(words))
  return decode(preset, [...(words.set ?? []), ...overrides.map(({ assignment }) => assignment)])
}

describe("a rehearsal in real time", () => {
  it.each(Presets.names)(
    "of %s takes minutes: one seed, from the first moment at which the app is warm to recovery",
    (preset) => {
      const whole = decode(preset, [])
      const { rollouts, run } = shortened(preset)
      assert.strictEqual(run.seeds, 1)
      assert.isBelow(run.forMs, whole.run.forMs / 2)
      assert.isAtLeast(rollouts[0]!.atMs, run.warmupMs)
      assert.isAbove(run.forMs, rollouts[0]!.atMs + 60_000)
    }
  )
  it("is as long as it is asked to be", () => {
    const asked = shortened("llm", { for: "30m", seeds: 4, set: ["run.for=30m", "run.seeds=4"] })
    assert.deepStrictEqual([asked.run.forMs, asked.run.seeds, asked.rollouts[0]!.atMs], [1_800_000, 4, 1_200_000])
  })
})
