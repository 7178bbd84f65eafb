import { Effect } from "effect"
import type { RehearsalSpec } from "../spec/Spec.ts"
import { WorkerLost } from "./Jobs.ts"
import type { Answer, Order, WorkerLike } from "./Messages.ts"
import type { Task, Tell } from "./Task.ts"

/** A worker keeps so many specs. */
const specsMax = 4

/** The job that a worker does. */
interface Job {
  readonly task: string
  readonly tell: Tell
  readonly end: (outcome: Effect.Effect<unknown, WorkerLost>) => void
}

let numbered = 0
const numbers = new WeakMap<RehearsalSpec, number>()

const numberOf = (spec: RehearsalSpec): number => {
  const number = numbers.get(spec) ?? ++numbered
  numbers.set(spec, number)
  return number
}

/** Of what an engine says about a mistake, the sentence alone. */
const sentenceOf = (text: string): string => /^error: (.*)$/m.exec(text)?.[1] ?? text.split("\n")[0]!

/** One worker, which does one job at a time. */
export class Crew {
  private readonly worker: WorkerLike
  private readonly specs: Array<number> = []
  private job: Job | null = null
  /** It takes no more jobs. */
  isGone = false

  constructor(worker: WorkerLike) {
    this.worker = worker
    worker.addEventListener("message", ({ data }) => this.answered(data))
    worker.addEventListener("error", ({ message }) => this.lost(sentenceOf(message)))
    worker.addEventListener("close", () => this.lost("it was ended from outside"))
  }

  /** Interrupted, it ends the worker: that is the one way to have it stop. */
  run<In, Out>(task: Task<In, Out>, spec: RehearsalSpec, input: In, tell: Tell): Effect.Effect<Out, WorkerLost> {
    return Effect.callback<Out, WorkerLost>((resume) => {
      const end = (outcome: Effect.Effect<unknown, WorkerLost>) => resume(outcome as Effect.Effect<Out, WorkerLost>)
      this.job = { task: task.name, tell, end }
      this.post({ kind: "run", task: task.name, spec: this.know(spec), input })
      return Effect.sync(() => this.terminate())
    })
  }

  terminate(): void {
    this.isGone = true
    this.job = null
    this.worker.terminate()
  }

  private post(order: Order): void {
    this.worker.postMessage(order)
  }

  private know(spec: RehearsalSpec): number {
    const number = numberOf(spec)
    if (this.specs.includes(number)) return number
    this.specs.push(number)
    const forget = this.specs.length > specsMax ? this.specs.shift()! : null
    this.post({ kind: "spec", spec: number, plain: { text: spec.text, columns: spec.columns }, forget })
    return number
  }

  private answered(answer: Answer): void {
    if (answer.kind === "told") this.job?.tell(answer.done, answer.requests)
    else if (answer.kind === "done") this.end(Effect.succeed(answer.output))
    else this.end(Effect.die(Object.assign(new Error(answer.message), { stack: answer.stack })))
  }

  private end(outcome: Effect.Effect<unknown, WorkerLost>): void {
    const { job } = this
    this.job = null
    job?.end(outcome)
  }

  private lost(reason: string): void {
    this.isGone = true
    const task = this.job?.task ?? ""
    this.end(Effect.fail(new WorkerLost({ task, reason })))
  }
}
