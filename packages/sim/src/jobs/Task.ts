import type { Effect } from "effect"
import type { RehearsalSpec } from "../spec/Spec.ts"

/** Told now and then by who works: how much of its work is done, in units of its own, and requests so far. */
export type Tell = (done: number, requests: number) => void

/**
 * Work that any thread can do: a pure function of a spec and an input. Input and output are plain data, as they may have to
 * go from one thread to another; the Effect lets other work happen meanwhile.
 */
export interface Task<in In, out Out> {
  /** By which a worker knows it. */
  readonly name: string
  readonly run: (spec: RehearsalSpec, input: In, tell: Tell) => Effect.Effect<Out>
}

/** A task whatever it takes and gives. */
export type AnyTask = Task<never, unknown>
