import type { PlainSpec } from "../spec/Spec.ts"

/** What a worker is told: to keep a spec under a number and to forget another one, or to do a job; it does them in their order. */
export type Order =
  | { readonly kind: "spec"; readonly spec: number; readonly plain: PlainSpec; readonly forget: number | null }
  | { readonly kind: "run"; readonly task: string; readonly spec: number; readonly input: unknown }

/** What it answers while it does a job, and at the end of it. */
export type Answer =
  | { readonly kind: "told"; readonly done: number; readonly requests: number }
  | { readonly kind: "done"; readonly output: unknown }
  | { readonly kind: "broken"; readonly message: string; readonly stack: string }

/** What this thread sees of a worker: the Worker of the web, which Bun has too. */
export interface WorkerLike {
  postMessage(order: Order): void
  terminate(): void
  addEventListener(type: "message", listener: (event: { readonly data: Answer }) => void): void
  addEventListener(type: "error", listener: (event: { readonly message: string }) => void): void
  /** Bun's own: the worker is no more. */
  addEventListener(type: "close", listener: (event: object) => void): void
}

/** What a worker sees of itself. */
export interface WorkerSelf {
  postMessage(answer: Answer): void
  addEventListener(type: "message", listener: (event: { readonly data: Order }) => void): void
}
