// How long must the grace period be, so that a graceful rollout cuts nobody off? Runs on Bun, Deno and Node.
import { Machine, Replay } from "@ebb/core"
import { Experiment, Format, Journal as Journals, Presets, Spec } from "@ebb/sim"
import { Effect, Result } from "effect"

const readFile = (path: string): string => {
  throw new Error(`the preset names no file, not even ${path}`)
}
const specWith = (graceSeconds: number): Spec.RehearsalSpec => {
  const set = [`app.termination_grace_period=${graceSeconds}s`, "run.modes=[graceful]", "run.seeds=5"]
  return Result.getOrThrow(Spec.parse(Presets.presets.media, { file: "media", readFile, set }))
}

console.log(
  `media, H100 at $ ${Machine.defaultPrices["GPU-H100"]} an hour: a graceful rollout after half an hour, 5 seeds`
)
for (const graceSeconds of [5, 60, 120, 240]) {
  const { modes } = await Effect.runPromise(Experiment.run(specWith(graceSeconds)))
  const { cost, inFlight, rollouts } = modes[0]!
  const cut = Format.count(inFlight.retried!)
  const took = Format.durationOf(rollouts[0]!.durationMs!)
  console.log(
    `grace ${graceSeconds} s: cut ${cut} of ${Format.count(inFlight.atStart!)}, rollout took ${took}, ${Format.moneyOf(cost.amount, "USD")}`
  )
}

const lines = Journals.write(specWith(240), "graceful", 1)
const { hash, inputs } = Result.getOrThrow(Replay.replay(`${lines.join("\n")}\n`))
console.log(`seed 1 again, from its journal: ${Format.integer(inputs)} inputs, hash ${hash}`)
