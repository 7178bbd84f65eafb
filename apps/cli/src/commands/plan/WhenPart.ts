import { type Way, wayOf } from "@ebb/core/domain/RolloutWay"
import * as Steps from "@ebb/plan/when/Steps"
import * as When from "@ebb/plan/when/When"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { fromMs } from "@ebb/text/Duration"
import * as Format from "@ebb/text/Format"
import { Effect, String } from "effect"
import { InvalidInput } from "../../kit/Errors.ts"
import type { Progress } from "../../kit/Progress.ts"
import * as SpecFile from "../../spec/SpecFile.ts"
import * as Clock from "./Clock.ts"
import { type Asked, type Answer, type Part, unanswered } from "./Part.ts"
import * as WhenText from "./WhenText.ts"

/** The way in which the spec itself would roll out. */
const ownMode = ({ app, rollouts }: RehearsalSpec): Way => rollouts[0]?.mode ?? wayOf(app.revision.rolloutOrder)

/** Why there is nothing to choose from. */
const noTime = ({ run, traffic }: RehearsalSpec): string => {
  if (traffic.length === 0) {
    return "the spec has no traffic, so a rollout meets nothing at any time: add some, such as traffic: [ { kind: direct, arrivals: { poisson: 1/s } } ]"
  }
  const what = traffic.length === 1 ? "the traffic" : "the shortest trace"
  const first = Format.span(Steps.firstMs(run))
  return `${what} ends before the first quarter of an hour after the warm-up (${first}), so there is nothing to choose from: take a longer trace`
}

/** Whether the time is asked for: it alone, or by an option of its own. */
const isAskedFor = ({ mode, over, words }: Asked["given"]): boolean =>
  words[0] === part.name || mode !== undefined || over !== undefined

const run = Effect.fnUntraced(function* (day: RehearsalSpec, settings: When.WhenSettings, progress: Progress) {
  const when = yield* When.plan(day, settings, progress.report)
  if (when === null) return unanswered(String.capitalize(`${noTime(day)}.`))
  return {
    json: when,
    said: WhenText.said(when),
    details: (terminal, width) => WhenText.details(when, terminal, width),
    set: [],
    exit: 0
  } satisfies Answer
})

const prepare = Effect.fnUntraced(function* ({ given, overrides, source, spec }: Asked) {
  const overMs = given.over ?? Clock.dayMs
  // A trace is read as far as the run goes.
  const long = { assignment: `run.for=${fromMs(Steps.runMsFor(spec, overMs))}`, typed: "--over" }
  const day = yield* SpecFile.decode(source, [...overrides, long])
  if (Steps.of(day, overMs).length === 0 && isAskedFor(given)) {
    return yield* new InvalidInput({ text: `${source.name}: ${noTime(day)}` })
  }
  return (progress: Progress) => run(day, { mode: given.mode ?? ownMode(spec), overMs }, progress)
})

/** When to roll out. */
export const part: Part<"when"> = { name: "when", title: "When", prepare }
