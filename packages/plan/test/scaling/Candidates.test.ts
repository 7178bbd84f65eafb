import * as Bounds from "@ebb/plan/scaling/Bounds"
import * as Candidates from "@ebb/plan/scaling/Candidates"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { assert, it } from "vitest"
import { specOf } from "../SpecOf.ts"

const bound = (text: string): Bounds.Bound => Result.getOrThrow(Bounds.parseLet(text))

it("every combination that can be, the last setting changing first", () => {
  const spec = specOf({ app: { name: "a" }, scaling: { max_concurrency: 5 } })
  const found = Candidates.of(spec, [bound("scaling.min_concurrency=1..2"), bound("scaling.max_concurrency=1..3")])
  assert.deepStrictEqual(
    found.map(({ maxConcurrency, minConcurrency }) => [minConcurrency, maxConcurrency]),
    [
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 2],
      [2, 3]
    ]
  )
})

it("a candidate is the spec with its text set so", () => {
  const text = "app: { name: a, max_multiplexing: 2 }\nscaling: { min_concurrency: 1, max_concurrency: 9 }\n"
  const source = { file: "a.yaml", readFile: () => "" }
  const bounds = ["scaling.min_concurrency=4", "scaling.keep_alive=90s", "app.max_multiplexing=3"].map(bound)
  const [setting] = Candidates.of(Result.getOrThrow(Spec.parse(text, source)), bounds)
  const applied = Candidates.apply(Result.getOrThrow(Spec.parse(text, source)), setting!)
  const set = Object.entries(Candidates.textOf(setting!)).map(([path, value]) => `${path}=${value}`)
  assert.deepStrictEqual(set, ["scaling.min_concurrency=4", "scaling.keep_alive=90s", "app.max_multiplexing=3"])
  assert.deepStrictEqual(applied.app, Result.getOrThrow(Spec.parse(text, { ...source, set })).app)
})

it("today's settings are those of the spec, defaults included", () => {
  const spec = specOf({ app: { name: "a" }, scaling: { min_concurrency: 2 } })
  const bounds = ["scaling.min_concurrency=1..3", "scaling.keep_alive=30s..5m"].map(bound)
  assert.deepStrictEqual(Candidates.textOf(Candidates.todayOf(spec, bounds)), {
    "scaling.min_concurrency": 2,
    "scaling.keep_alive": "1m"
  })
})
