import { Effect, Schema } from "effect"
import type { RehearsalSpec } from "../spec/Spec.ts"
import { WorkerLost } from "./Jobs.ts"
import type { Answer, Order, WorkerLike } from "./Messages.ts"
import type { Task, Tell } from "./Task.ts"

/** A worker keeps so many specs. */
const specsMax = 4

/** The worker was ended because another of its jobs was no longer wanted: this one is to be done elsewhere. */
export class Dismissed extends Schema.TaggedError<Dismissed>()("Dismissed", {}) {}

/** A job that a worker does or is to do. */
interface Job {
  readonly task: string
  readonly tell: Tell
  readonly end: (outcome: Effect.Effect<unknown, WorkerLost | Dismissed>) => void
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

/** One worker, which does its jobs one after another. */
export class Crew {
  private readonly worker: WorkerLike
  private readonly specs: Array<number> = []
  /** The first one is under way. */
  private jobs: Array<Job> = []
  /** It takes no more jobs. */
  isGone = false

  constructor(worker: WorkerLike) {
    this.worker = worker
    worker.addEventListener("message", ({ data }) => this.answered(data))
    worker.addEventListener("error", ({ message }) => this.lost(sentenceOf(message)))
    worker.addEventListener("close", () => this.lost("it was ended from outside"))
  }

  /** Interrupted, it ends the worker: that is the one way to have it stop. */
  run<In, Out>(
    task: Task<In, Out>,
    spec: RehearsalSpec,
    input: In,
    tell: Tell
  ): Effect.Effect<Out, WorkerLost | Dismissed> {
    return Effect.callback<Out, WorkerLost | Dismissed>((resume) => {
      if (this.isGone) return resume(Effect.fail(new Dismissed()))
      const job: Job = { task: task.name, tell, end: (outcome) => resume(outcome as Effect.Effect<Out>) }
      this.jobs.push(job)
      this.post({ kind: "run", task: task.name, spec: this.know(spec), input })
      return Effect.sync(() => {
        this.jobs = this.jobs.filter((other) => other !== job)
        this.terminate()
      })
    })
  }

  terminate(): void {
    this.isGone = true
    this.worker.terminate()
    this.endAll(Effect.fail(new Dismissed()))
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
    if (answer.kind === "told") this.jobs[0]?.tell(answer.done, answer.requests)
    else if (answer.kind === "done") this.jobs.shift()?.end(Effect.succeed(answer.output))
    else this.jobs.shift()?.end(Effect.die(Object.assign(new Error(answer.message), { stack: answer.stack })))
  }

  private lost(reason: string): void {
    this.isGone = true
    const task = this.jobs[0]?.task ?? ""
    this.endAll(Effect.fail(new WorkerLost({ task, reason })))
  }

  private endAll(outcome: Effect.Effect<never, WorkerLost | Dismissed>): void {
    const { jobs } = this
    this.jobs = []
    for (const job of jobs) job.end(outcome)
  }
}
