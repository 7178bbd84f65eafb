import type { GraceOfSeed } from "./GraceOfSeed.ts"
import type { Film } from "@ebb/sim/film/Film"
import type { FilmWindow } from "@ebb/sim/film/FilmWindow"
import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"
import type { Mode } from "@ebb/sim/spec/Spec"

/** The files that a spec names, by their path in it. */
export type Files = Readonly<Record<string, string>>

/**
 * What the page tells a worker: the spec from now on, or one seed of it under some modes, or a film of a part of a run, or
 * what grace periods cut in one seed.
 */
export type Order =
  | { readonly kind: "spec"; readonly spec: unknown; readonly files: Files }
  | { readonly kind: "run"; readonly generation: number; readonly modes: ReadonlyArray<Mode>; readonly seed: number }
  | {
      readonly kind: "film"
      readonly generation: number
      readonly mode: Mode
      readonly seed: number
      readonly window: FilmWindow
    }
  | {
      readonly kind: "grace"
      readonly generation: number
      readonly seed: number
      readonly graceSeconds: ReadonlyArray<number>
    }

/** What a worker answers to an order that is not a spec. */
export type Answer =
  | {
      readonly kind: "run"
      readonly generation: number
      readonly modes: ReadonlyArray<Mode>
      readonly seed: number
      /** In the order of the modes. */
      readonly runs: ReadonlyArray<RunMeasures>
    }
  | { readonly kind: "film"; readonly generation: number; readonly film: Film }
  | { readonly kind: "grace"; readonly generation: number; readonly grace: GraceOfSeed }
  /** It was not begun when the next spec came. */
  | { readonly kind: "dropped"; readonly generation: number }

/** What the page sees of a worker: the Worker of the web. */
export interface PlayWorker {
  postMessage(order: Order): void
  terminate(): void
  addEventListener(type: "message", listener: (event: { readonly data: Answer }) => void): void
  addEventListener(type: "error", listener: (event: { readonly message: string }) => void): void
}

/** Reads a file that was written into the page; there are no others. */
export const readFrom =
  (files: Files) =>
  (path: string): string => {
    const text = files[path]
    if (text === undefined) throw new Error("a page cannot open files: write it with ebb rehearse --play")
    return text
  }
