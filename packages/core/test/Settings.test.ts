import { defaultRevision, defaultScaling, Revision, Scaling } from "@ebb/core/domain/App"
import { nameProblem, names, type NameRule } from "@ebb/core/domain/Names"
import { problemOf, type Setting, settings, settingsWith, within } from "@ebb/core/domain/Settings"
import { check } from "@ebb/core/fleet/Scale"
import * as FastCheck from "fast-check"
import { Result, Schema } from "effect"
import { assert, describe, it } from "vitest"

const table: ReadonlyArray<readonly [string, Setting]> = Object.entries(settings)
const wide = FastCheck.oneof(FastCheck.double(), FastCheck.integer(), FastCheck.constantFrom(1e308, -1, NaN, Infinity))

describe("the table of settings", () => {
  it("has names that are each there once, and a default within each range", () => {
    for (const name of ["wire", "grpc", "label"] as const) {
      const given = table.map(([, setting]) => setting[name]).filter((value) => value !== null)
      assert.lengthOf(new Set(given), given.length)
    }
    for (const [, setting] of table) assert.isNull(problemOf(setting, setting.default))
  })

  it("is what the defaults and the schemas of an app are made of", () => {
    assert.deepStrictEqual(Schema.decodeUnknownSync(Scaling)(defaultScaling), defaultScaling)
    assert.deepStrictEqual(Schema.decodeUnknownSync(Revision)(defaultRevision), defaultRevision)
    const refuses = Schema.is(Scaling)
    assert.isFalse(refuses({ ...defaultScaling, keepAliveSeconds: settings.keepAliveSeconds.most + 1 }))
  })

  it.each(table)(
    "%s: takes its least and its most, refuses the next beyond either and what is not whole",
    (_, setting) => {
      assert.isNull(problemOf(setting, setting.least))
      assert.isNull(problemOf(setting, setting.most))
      assert.strictEqual(
        problemOf(setting, setting.most + 1),
        `must be at most ${setting.most}, got ${setting.most + 1}`
      )
      assert.strictEqual(
        problemOf(setting, setting.least - 1),
        `must be at least ${setting.least}, got ${setting.least - 1}`
      )
      assert.match(problemOf(setting, setting.least + 0.5) ?? "", /^must be a whole number/)
    }
  )

  it("scale refuses exactly what is out of range, and names the field", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.constantFrom(...settingsWith({ isScaled: true })), wide, (key, value) => {
        const problem = problemOf(settings[key], value)
        const scaling = { ...defaultScaling, maxConcurrency: settings.maxConcurrency.most }
        const checked = check(scaling, { [key]: value })
        if (problem === null) return Result.isSuccess(checked) || key === "maxConcurrency"
        return Result.isFailure(checked) && checked.failure.message === `${settings[key].wire} ${problem}`
      })
    )
  })

  it("brings any number that was kept into the range, and leaves what is in it", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.constantFrom(...table), wide, ([, setting], value) => {
        const kept = within(setting, value)
        return problemOf(setting, kept) === null && (problemOf(setting, value) !== null || kept === value)
      })
    )
  })
})

describe("names", () => {
  const rules: ReadonlyArray<readonly [string, NameRule]> = Object.entries(names)

  it.each(rules)("%s: one character too many, a line end and a NUL are refused in one line", (_, rule) => {
    assert.isNull(nameProblem(rule, "a".repeat(rule.most)))
    assert.strictEqual(
      nameProblem(rule, "a".repeat(rule.most + 1)),
      `${rule.what} '${"a".repeat(40)}…' must be at most ${rule.most} characters long, got ${rule.most + 1}`
    )
    for (const name of ["a\nb", "a\u0000b", "a\u2028b", "\u001b[31m"]) {
      const problem = nameProblem(rule, name)
      assert.include(problem ?? "", rule.must)
      assert.notMatch(problem ?? "", /[\p{Cc}\p{Zl}\p{Zp}]/u)
    }
  })

  it("none that others go by is empty", () => {
    for (const kind of ["app", "environment", "team", "secret", "region"] as const) {
      assert.isNotNull(nameProblem(names[kind], ""))
    }
  })
})
