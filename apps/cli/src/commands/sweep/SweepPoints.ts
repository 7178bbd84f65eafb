import * as Grid from "@ebb/sim/sweep/Grid"
import type { Sweep } from "@ebb/sim/sweep/Sheet"
import * as Vary from "@ebb/sim/sweep/Vary"
import * as Spec from "@ebb/sim/spec/Spec"
import * as Format from "@ebb/text/Format"
import { Effect, Result } from "effect"
import { InvalidInput } from "../../kit/Errors.ts"
import * as RunOptions from "../../spec/RunOptions.ts"
import * as SpecFile from "../../spec/SpecFile.ts"
import type { Given } from "./SweepOptions.ts"
import * as TrialKey from "./TrialKey.ts"

const pointsMax = 100_000

/** A sweep whose every point is known to be right. */
export interface Points {
  readonly sweep: Sweep
  /** What the prices of each point are in. */
  readonly currencies: ReadonlyArray<string>
  readonly specOf: (point: number) => Effect.Effect<Spec.RehearsalSpec, InvalidInput>
  readonly hashOf: (point: number) => string
}

const varyOf = (given: Given): ReadonlyArray<Vary.Vary> => given.vary.map((word) => Result.getOrThrow(Vary.parse(word)))

/** What the command line sets besides, and the points would replace. */
const setInVain = (varied: ReadonlyArray<Vary.Vary>, typed: ReadonlyArray<SpecFile.Override>) =>
  varied
    .map(({ path }) => ({ path, by: typed.find(({ assignment }) => isPartOf(path, assignment.split("=", 1)[0]!)) }))
    .find(({ by }) => by !== undefined)

/** Whether a path is that other one, or lies within it. */
const isPartOf = (outer: string, path: string): boolean => {
  const own = Spec.segmentsOf(path)
  return Spec.segmentsOf(outer).every((key, at) => own[at] === key)
}

/** Why two of what varies would write over each other at every point; null where none do. */
const overlapIn = (varied: ReadonlyArray<Vary.Vary>): string | null => {
  for (const [at, { path }] of varied.entries()) {
    for (const { path: earlier } of varied.slice(0, at)) {
      const [isWithin, hasWithin] = [isPartOf(earlier, path), isPartOf(path, earlier)]
      if (isWithin && hasWithin) return `--vary ${path} is given twice; give all its values in one`
      const [inner, outer] = isWithin ? [path, earlier] : [earlier, path]
      if (isWithin || hasWithin) {
        return `--vary ${inner} is a part of what --vary ${outer} varies, so one would write over the other; leave one of the two out`
      }
    }
  }
  return null
}

const refused = (text: string) => new InvalidInput({ text })

/** Reads the spec at every point, so that a sweep does not end in the middle over a value that was wrong from the start. */
export const read = Effect.fnUntraced(function* (given: Given, source: SpecFile.SpecText) {
  const varied = varyOf(given)
  if (varied.length === 0) {
    return yield* refused("Nothing varies. Name what does: --vary scaling.min_concurrency=2,4,8")
  }
  const overlap = overlapIn(varied)
  if (overlap !== null) return yield* refused(overlap)
  const typed = RunOptions.overrides(given)
  const vain = setInVain(varied, typed)
  if (vain !== undefined) {
    return yield* refused(`${vain.by!.typed} sets what --vary ${vain.path} varies; leave one of the two out`)
  }
  const base = yield* SpecFile.decode(source, typed)
  const size = Grid.size(varied)
  if (Math.min(size, given.sample ?? Infinity) > pointsMax) {
    const what = `the grid has ${Format.integer(size)} points, more than ${Format.integer(pointsMax)}`
    return yield* refused(`${what}; leave values out, or run some of them with --sample 1000`)
  }
  const points = given.sample === undefined ? Grid.whole(varied) : Grid.sample(varied, given.sample, base.run.seed)
  let columns = base.columns
  const specOf = Effect.fnUntraced(function* (number: number) {
    const overrides = points[number]!.map((value, at): SpecFile.Override => {
      const assignment = `${varied[at]!.path}=${value}`
      return { assignment, typed: `--vary ${assignment}` }
    })
    const spec = yield* SpecFile.decode(source, [...typed, ...overrides], columns)
    if (spec.columns.size > 0) columns = new Map([...columns, ...spec.columns])
    return spec
  })
  const hashes: Array<string> = []
  const currencies: Array<string> = []
  for (const number of points.keys()) {
    const spec = yield* specOf(number)
    if (!isAlike(spec, base)) return yield* refused("run.modes, run.seeds and run.seed cannot vary; leave them out")
    hashes.push(TrialKey.specHash(spec))
    currencies.push(spec.prices.currency)
  }
  const { modes, seed, seeds } = base.run
  const hashOf = (point: number): string => hashes[point]!
  const keyOf = (point: number, of: number | "all"): string => TrialKey.make(hashOf(point), of)
  return { currencies, specOf, hashOf, sweep: { varied, points, modes, seed, seeds, keyOf } } satisfies Points
})

const isAlike = (a: Spec.RehearsalSpec, b: Spec.RehearsalSpec): boolean =>
  a.run.seed === b.run.seed && a.run.seeds === b.run.seeds && a.run.modes.join() === b.run.modes.join()
