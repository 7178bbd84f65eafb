import * as SeedRuns from "@ebb/sim/experiment/SeedRuns"
import { isShared } from "@ebb/sim/jobs/Thread"
import * as Spec from "@ebb/sim/spec/Spec"
import * as Presets from "@ebb/sim/spec/Presets"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { Effect, Result } from "effect"
import { Player } from "@ebb/dashboard/play/Player"
import type { Answer, Order, PlayWorker } from "@ebb/dashboard/play/Protocol"

const specOf = (seeds: number) =>
  Result.getOrThrow(
    Spec.parse(Presets.presets.llm, {
      file: "llm",
      readFile: () => "",
      set: [`run.seeds=${seeds}`, "run.modes=[none]"]
    })
  )

/** A worker that does a task when it is told to. */
class FakeWorker implements PlayWorker {
  readonly orders: Array<Order> = []
  tasks: Array<Exclude<Order, { kind: "spec" }>> = []
  private tell: (data: Answer) => void = () => {}

  postMessage(order: Order): void {
    this.orders.push(order)
    if (order.kind !== "spec") this.tasks.push(order)
  }

  terminate(): void {}

  addEventListener(type: string, listener: (event: { readonly data: Answer; readonly message: string }) => void): void {
    if (type === "message") this.tell = (data) => listener({ data, message: "" })
  }

  answer(data: Answer): void {
    this.tasks.shift()
    this.tell(data)
  }
}

const measured = async (spec: Spec.RehearsalSpec, worker: FakeWorker): Promise<void> => {
  const order = worker.tasks[0]!
  if (order.kind !== "run") throw new Error(`a ${order.kind} was ordered`)
  const { generation, modes, seed } = order
  const run = SeedRuns.task.run({ ...spec, run: { ...spec.run, modes } }, seed, () => {})
  const runs = await Effect.runPromise(Effect.provideService(run, isShared, false))
  worker.answer({ kind: "run", generation, modes, seed, runs })
}

const seedsOf = ({ tasks }: FakeWorker) => tasks.map((order) => `${order.kind} ${order.seed}`)

const ignored = { onPlayed: () => {}, onFilmed: () => {}, onGrace: () => {}, onBroken: () => {} }

describe("the player", () => {
  beforeEach(() => {
    // No time passes, so that a slow machine does not use up the player's patience.
    vi.useFakeTimers({ toFake: ["performance"] })
    vi.stubGlobal("requestAnimationFrame", () => 0)
    vi.stubGlobal("navigator", { hardwareConcurrency: 1 })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  const begun = async () => {
    const worker = new FakeWorker()
    const player = new Player(() => worker, {}, ignored)
    const spec = specOf(9)
    player.play(spec)
    expect(seedsOf(worker)).toEqual(["run 1"])
    await measured(spec, worker)
    await measured(spec, worker)
    return { player, worker }
  }

  it("gives a worker its next seed before it has done the one before, once the first seed is shown", async () => {
    const { worker } = await begun()
    expect(seedsOf(worker)).toEqual(["run 3", "run 4"])
  })

  it("gives it seeds of the next spec when it has dropped those of the one before", async () => {
    const { player, worker } = await begun()
    player.play(specOf(8))
    expect(worker.orders.at(-1)!.kind).toBe("spec")
    const since = worker.orders.length
    for (let at = 0; at < 2; at++) worker.answer({ kind: "dropped", generation: 1 })
    expect(worker.orders.slice(since)).toMatchObject([{ kind: "run", seed: 1, generation: 2 }])
  })
})
