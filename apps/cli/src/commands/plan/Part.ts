import type { WorkerLost } from "@ebb/sim/jobs/Jobs"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import type { Effect } from "effect"
import type { CliFailure } from "../../kit/Errors.ts"
import type { Output } from "../../kit/Output.ts"
import type { Progress } from "../../kit/Progress.ts"
import type { Terminal } from "../../kit/Terminal.ts"
import type { Override, SpecText } from "../../spec/SpecFile.ts"
import * as Paragraph from "./Paragraph.ts"
import type { Given } from "./PlanOptions.ts"

/** What a part of the plan is told. */
export interface Asked {
  readonly source: SpecText
  readonly overrides: ReadonlyArray<Override>
  readonly spec: RehearsalSpec
  readonly given: Given
}

/** What a part of the plan says. */
export interface Answer {
  /** Under the name of the part in the JSON. */
  readonly json: unknown
  /** For people: the answer, and its reasons. */
  readonly said: ReadonlyArray<Paragraph.Said>
  /** The table or the curve behind it; none where nothing was answered. */
  readonly details: (terminal: Terminal, width: number) => ReadonlyArray<string>
  /** What follows for the spec, as `--set` takes it. */
  readonly set: ReadonlyArray<string>
  readonly exit: 0 | 1
}

/** That a part of a plan has no answer, and why; the other parts have theirs all the same. `exit`: 1 where that fails a check. */
export const unanswered = (why: string, exit: Answer["exit"] = 0): Answer => ({
  json: null,
  said: Paragraph.noAnswer(why),
  details: () => [],
  set: [],
  exit
})

/** Finds the answer, which takes a while. */
export type Run = (progress: Progress) => Effect.Effect<Answer, CliFailure | WorkerLost, Output>

/** One question that a plan answers. */
export interface Part<Name extends string = string> {
  readonly name: Name
  readonly title: string
  /** What cannot be asked is refused before any part runs, and what has no answer where only that is asked for. */
  readonly prepare: (asked: Asked) => Effect.Effect<Run, CliFailure, Output>
}
