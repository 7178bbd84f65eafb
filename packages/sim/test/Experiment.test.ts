import * as Experiment from "@ebb/sim/experiment/Experiment"
import { Cause, Effect, Exit } from "effect"
import { assert, it } from "vitest"
import { specOf } from "./SpecOf.ts"

it("an experiment lets other work happen within a run, however many requests come in a moment", async () => {
  const spec = specOf({ traffic: [{ kind: "direct", arrivals: { poisson: "1000000/s" } }], run: { seeds: 1 } })
  const stop = new AbortController()
  const seen: Array<number> = []
  const onProgress = (done: number): void => {
    seen.push(done)
    stop.abort()
  }
  const exit = await Effect.runPromiseExit(Experiment.run(spec, { onProgress }), { signal: stop.signal })
  assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
  assert.deepStrictEqual(seen, [0])
})
