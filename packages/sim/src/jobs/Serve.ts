import { Effect } from "effect"
import type { RehearsalSpec } from "../spec/Spec.ts"
import * as Spec from "../spec/Spec.ts"
import type { Order, WorkerSelf } from "./Messages.ts"
import type { AnyTask } from "./Task.ts"
import { isShared } from "./Thread.ts"

/** Does the jobs of these tasks that a worker is given, one after another. */
export const serve = (self: WorkerSelf, tasks: ReadonlyArray<AnyTask>): void => {
  const specs = new Map<number, RehearsalSpec>()
  const run = async ({ input, spec, task: name }: Order & { readonly kind: "run" }): Promise<unknown> => {
    const task = tasks.find((one) => one.name === name)
    if (task === undefined) throw new Error(`a worker does not know the task ${name}`)
    const tell = (done: number, requests: number): void => self.postMessage({ kind: "told", done, requests })
    const done = task.run(specs.get(spec)!, input as never, tell)
    return Effect.runPromise(Effect.provideService(done, isShared, false))
  }
  const answer = async (order: Order): Promise<void> => {
    try {
      if (order.kind === "run") {
        self.postMessage({ kind: "done", output: await run(order) })
        return
      }
      if (order.forget !== null) specs.delete(order.forget)
      specs.set(order.spec, Spec.fromPlain(order.plain))
    } catch (error) {
      const { message, stack = "" } = error instanceof Error ? error : new Error(String(error))
      self.postMessage({ kind: "broken", message, stack })
    }
  }
  let done = Promise.resolve()
  self.addEventListener("message", ({ data }) => void (done = done.then(() => answer(data))))
}
