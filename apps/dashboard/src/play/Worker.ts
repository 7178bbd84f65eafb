import * as SeedRuns from "@ebb/sim/experiment/SeedRuns"
import { shoot } from "@ebb/sim/film/Shoot"
import { isShared } from "@ebb/sim/jobs/Thread"
import * as Spec from "@ebb/sim/spec/Spec"
import { Effect, Result } from "effect"
import * as GraceOfSeed from "./GraceOfSeed.ts"
import { type Answer, type Order, readFrom } from "./Protocol.ts"

type TaskOrder = Exclude<Order, { kind: "spec" }>

const ignore = (): void => {}

const answerTo = async (spec: Spec.RehearsalSpec, order: TaskOrder): Promise<Answer> => {
  if (order.kind === "film") {
    const { generation, mode, seed, window } = order
    return { kind: "film", generation, film: shoot(spec, mode, seed, window) }
  }
  if (order.kind === "grace") {
    const { generation, graceSeconds, seed } = order
    const found = GraceOfSeed.of(spec, seed, graceSeconds)
    return { kind: "grace", generation, grace: await Effect.runPromise(Effect.provideService(found, isShared, false)) }
  }
  const { generation, modes, seed } = order
  const runs = SeedRuns.task.run({ ...spec, run: { ...spec.run, modes } }, seed, ignore)
  return {
    kind: "run",
    generation,
    modes,
    seed,
    runs: await Effect.runPromise(Effect.provideService(runs, isShared, false))
  }
}

const postAnswerTo = async (spec: Spec.RehearsalSpec, order: TaskOrder): Promise<void> => {
  try {
    postMessage(await answerTo(spec, order))
  } catch (error) {
    // The page hears of an error of its worker, but of no promise that nobody awaits.
    setTimeout(() => {
      throw error
    })
  }
}

const drop = ({ generation }: TaskOrder): void => {
  const dropped: Answer = { kind: "dropped", generation }
  postMessage(dropped)
}

/**
 * Simulates in a worker of its own: each order for runs is answered with their measures, one for a film with it. Between two
 * tasks it listens, so a new spec drops the tasks that wait.
 */
export const serve = (): void => {
  let spec: Spec.RehearsalSpec | null = null
  let waiting: Array<TaskOrder> = []
  let isBusy = false
  const listened = new MessageChannel()
  const goOn = async (): Promise<void> => {
    const order = waiting.shift()
    isBusy = order !== undefined && spec !== null
    if (order === undefined || spec === null) return
    await postAnswerTo(spec, order)
    listened.port2.postMessage(null)
  }
  listened.port1.onmessage = () => void goOn()
  addEventListener("message", ({ data }: MessageEvent<Order>) => {
    if (data.kind === "spec") {
      waiting.forEach(drop)
      waiting = []
      spec = Result.getOrThrow(Spec.fromJson(data.spec, { file: "spec", readFile: readFrom(data.files) }))
    } else {
      waiting.push(data)
      if (!isBusy) void goOn()
    }
  })
}
