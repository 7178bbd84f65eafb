import { type Way, wayOf } from "@ebb/core/domain/RolloutWay"
import * as Steps from "@ebb/plan/when/Steps"
import * as When from "@ebb/plan/when/When"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { fromMs } from "@ebb/text/Duration"
import { Effect } from "effect"
import { InvalidInput } from "../../kit/Errors.ts"
import * as SpecFile from "../../spec/SpecFile.ts"
import type { Asked, Answer, Part } from "./Part.ts"
import * as WhenText from "./WhenText.ts"

const dayMs = 24 * 3_600_000

/** The way in which the spec itself would roll out. */
const ownMode = ({ app, rollouts }: RehearsalSpec): Way => rollouts[0]?.mode ?? wayOf(app.revision.rolloutOrder)

const run = Effect.fnUntraced(function* ({ given, overrides, progress, source, spec }: Asked) {
  const overMs = given.over ?? dayMs
  // A trace is read as far as the run goes.
  const long = { assignment: `run.for=${fromMs(Steps.runMsFor(spec, overMs))}`, typed: "--over" }
  const day = yield* SpecFile.decode(source, [...overrides, long])
  const settings = { mode: given.mode ?? ownMode(spec), overMs }
  const when = yield* When.plan(day, settings, progress.report)
  if (when === null) {
    return yield* new InvalidInput({
      text: `${source.name}: the traffic ends before the first quarter of an hour after the warm-up, so there is nothing to choose from`
    })
  }
  return {
    json: when,
    said: WhenText.said(when),
    details: (terminal, width) => WhenText.details(when, terminal, width),
    set: [],
    exit: 0
  } satisfies Answer
})

/** When to roll out. */
export const part: Part<"when"> = { name: "when", title: "When", run }
