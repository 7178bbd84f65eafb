import * as RunTimes from "@ebb/dashboard/RunTimes"
import type { DrainOfMode, PlayPage, RehearsalPage } from "@ebb/dashboard/PageData"
import { type Film, showsRollout } from "@ebb/sim/film/Film"
import * as FilmWindow from "@ebb/sim/film/FilmWindow"
import { shoot } from "@ebb/sim/film/Shoot"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { version } from "@ebb/text/Version"
import { Effect } from "effect"
import type { Rehearsed } from "./RehearsalText.ts"

/** A run is a pure function of its seed: the first seed's rollouts are had by running it again. */
const drainsOf = (spec: RehearsalSpec): ReadonlyArray<DrainOfMode> =>
  spec.run.modes.flatMap((mode) => {
    if (mode === "none") return []
    const [rollout] = Simulation.run(spec, mode, spec.run.seed).rollouts
    return rollout === undefined ? [] : [{ mode, rollout }]
  })

/** The same part of the first seed's run under each mode that rolls out. */
const filmsOf = (spec: RehearsalSpec, drains: ReadonlyArray<DrainOfMode>): ReadonlyArray<Film> => {
  const rollouts = drains.map(({ rollout }) => rollout)
  const window = FilmWindow.of(rollouts, spec.run.forMs)
  if (window === null) return []
  const rolled = spec.run.modes.filter((mode) => drains.some((drain) => drain.mode === mode))
  return rolled.map((mode) => shoot(spec, mode, spec.run.seed, window)).filter(showsRollout)
}

const rehearsalPage = (rehearsed: Rehearsed, specText: string): RehearsalPage => {
  const { again, elapsedMs, name, report, requests, spec } = rehearsed
  const drains = drainsOf(spec)
  return {
    version,
    report,
    name,
    specText,
    command: again,
    moments: RunTimes.of(spec),
    gracePeriodMs: spec.app.revision.gracePeriodSeconds * 1000,
    requests,
    elapsedMs,
    firstSeed: spec.run.seed,
    drains,
    films: filmsOf(spec, drains)
  }
}

/** The HTML page of a finished rehearsal; `specText` is the spec that was run. */
export const rehearsal = (rehearsed: Rehearsed, specText: string): Effect.Effect<string> =>
  Effect.promise(async () => (await import("@ebb/dashboard/ReportFile")).render(rehearsalPage(rehearsed, specText)))

/** The page to play with a spec; what files the spec names goes into it. */
export const play = (page: Omit<PlayPage, "version" | "home">): Effect.Effect<string> =>
  Effect.promise(async () => (await import("@ebb/dashboard/PlayFile")).render({ ...page, version, home: null }))
