import type { Mode } from "../spec/SpecSchema.ts"
import type { FilmWindow } from "./FilmWindow.ts"

/** What a runner does, as a film tells it. `cut`: it was killed or crashed, or its grace period was over. */
export const RunnerScene = { starting: 0, ready: 1, marked: 2, draining: 3, ended: 4, cut: 5 } as const
export type RunnerScene = (typeof RunnerScene)[keyof typeof RunnerScene]

/** One runner: what it does from each moment on. */
export interface FilmedRunner {
  readonly number: number
  readonly scenes: ReadonlyArray<readonly [atMs: number, scene: RunnerScene]>
}

/**
 * One try of a request, in one slot of one runner. `toMs` is null while it goes on when the film ends, `dueMs` says when it
 * would be done if nothing cut it: null on a runner that hangs.
 */
export type FilmedAttempt = readonly [
  runner: number,
  slot: number,
  fromMs: number,
  toMs: number | null,
  dueMs: number | null
]

/** One request; `endMs` and `outcome` are null where the film ends before it does. */
export interface FilmedRequest {
  readonly atMs: number
  readonly endMs: number | null
  readonly outcome: "completed" | "errored" | "cancelled" | null
  readonly attempts: ReadonlyArray<FilmedAttempt>
}

/** What came to pass in a part of one run, to be shown: whole milliseconds from the start of the run. */
export interface Film extends FilmWindow {
  readonly mode: Mode
  readonly seed: number
  readonly rolloutAtMs: number
  /** Slots of each runner. */
  readonly slots: number
  readonly runners: ReadonlyArray<FilmedRunner>
  readonly requests: ReadonlyArray<FilmedRequest>
}

/** Whether a film is worth watching: one with very many requests ends before its rollout begins. */
export const showsRollout = ({ rolloutAtMs, toMs }: Film): boolean => toMs > rolloutAtMs
