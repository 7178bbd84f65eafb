import * as Simulation from "@ebb/sim/experiment/Simulation"
import { shoot } from "@ebb/sim/film/Shoot"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { type Answer, type Order, readFrom } from "./Protocol.ts"

/** Simulates in a worker of its own: each order for a run is answered with its measures, one for a film with it. */
export const serve = (): void => {
  let spec: Spec.RehearsalSpec | null = null
  addEventListener("message", ({ data }: MessageEvent<Order>) => {
    if (data.kind === "spec") {
      spec = Result.getOrThrow(Spec.fromJson(data.spec, { file: "spec", readFile: readFrom(data.files) }))
      return
    }
    if (spec === null) return
    const { generation, mode, seed } = data
    const answer: Answer =
      data.kind === "film"
        ? { kind: "film", generation, film: shoot(spec, mode, seed, data.window) }
        : { kind: "run", generation, mode, seed, measures: Simulation.run(spec, mode, seed) }
    postMessage(answer)
  })
}
