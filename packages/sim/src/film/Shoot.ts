import { Simulation } from "../experiment/Simulation.ts"
import type { RehearsalSpec } from "../spec/Spec.ts"
import type { Mode } from "../spec/SpecSchema.ts"
import { Camera } from "./Camera.ts"
import type { Film } from "./Film.ts"
import type { FilmWindow } from "./FilmWindow.ts"

/** A film with more requests than that shows less of what there is to see, not more: it ends before. */
const requestsMax = 6000

/** Films a part of one run: what its measures are made of, to be watched. */
export const shoot = (spec: RehearsalSpec, mode: Mode, seed: number, { fromMs, toMs }: FilmWindow): Film => {
  const simulation = new Simulation(spec, mode, seed)
  const { fleet, world } = simulation
  simulation.advance(fromMs)
  fleet.state.nowMs = fromMs
  const camera = new Camera(fleet.state, world.runners)
  world.alsoWatch(camera)
  let isOver = false
  while (!isOver && camera.requestsSeen < requestsMax) {
    isOver = simulation.advance(toMs, 1)
    camera.look()
  }
  return {
    mode,
    seed,
    fromMs,
    toMs: isOver ? toMs : Math.floor(simulation.nowMs),
    rolloutAtMs: Math.round(simulation.rolloutAtMs),
    slots: fleet.state.apps[0]?.maxMultiplexing ?? 1,
    runners: camera.runners,
    requests: camera.requests
  }
}
