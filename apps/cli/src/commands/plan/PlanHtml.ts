import type { PlanPage } from "@ebb/dashboard/PageData"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { version } from "@ebb/text/Version"
import { Effect } from "effect"
import type { Planned } from "./PlanText.ts"

/** The plan as one HTML file; `specText` is the spec that was planned. */
export const render = (
  { answers, name, never }: Planned,
  spec: RehearsalSpec,
  specText: string
): Effect.Effect<string> => {
  const page: PlanPage = {
    version,
    name,
    currency: spec.prices.currency,
    never: never?.sentence ?? null,
    specText,
    parts: answers.map(({ answer, part }) => ({ name: part.name, title: part.title, said: answer.said })),
    // Each under the name of its part, as `--json` has it.
    results: Object.fromEntries(answers.map(({ answer, part }) => [part.name, answer.json]))
  }
  return Effect.promise(async () => (await import("@ebb/dashboard/PlanFile")).render(page))
}
