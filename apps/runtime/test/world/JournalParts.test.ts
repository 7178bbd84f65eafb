import { replay } from "@ebb/core/journal/Replay"
import { limits } from "@ebb/runtime/edge/Limits"
import { SandboxClock } from "@ebb/runtime/kernel/Clock"
import { Kernel, LogKeeping, RunJournal } from "@ebb/runtime/kernel/Kernel"
import * as Turns from "@ebb/runtime/kernel/Turns"
import { Watching } from "@ebb/runtime/kernel/Watchers"
import * as SimulatedDriver from "@ebb/runtime/runners/simulated/SimulatedDriver"
import { JournalFile } from "@ebb/runtime/store/JournalFile"
import { Effect, Layer, Result } from "effect"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

const { journalPartBytes } = limits
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ebb-journal-"))
  limits.journalPartBytes = 1
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  limits.journalPartBytes = journalPartBytes
})

const around = Layer.mergeAll(
  SimulatedDriver.layer,
  Layer.succeed(LogKeeping, limits),
  SandboxClock.layer(1),
  Watching.layer
)

test("a kernel that is released while a part of its journal is about to begin waits for it: nothing is lost", async () => {
  const journal = new JournalFile(join(folder, "1.jsonl"))
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  const watched: RunJournal["Service"] = {
    sink: journal.sink,
    export: journal.export,
    whole: journal.whole,
    onFull: (begin) => {
      if (begin === null) return journal.onFull(null)
      journal.onFull((between) => {
        resolve()
        return begin(between)
      })
    }
  }
  const inputs = 6
  const run = Effect.gen(function* () {
    const { world } = yield* Kernel
    const limit = (gpus: number): void => world.input((fleet, nowMs) => fleet.setCapacity(nowMs, "local", "GPU", gpus))
    limit(1)
    yield* Effect.promise(() => asked)
    for (let n = 2; n <= inputs; n++) {
      limit(n)
      if (n % 2 === 0) yield* Effect.promise(Turns.turn)
    }
  })
  const kernel = Kernel.layer.pipe(Layer.provide(Layer.merge(around, Layer.succeed(RunJournal, watched))))
  await Effect.runPromise(Effect.scoped(Effect.provide(run, kernel)))
  journal.close()
  const texts = readdirSync(folder)
    .toSorted()
    .map((name) => readFileSync(join(folder, name), "utf8"))
  expect(texts).toHaveLength(2)
  expect(Result.getOrThrow(replay(texts.join(""))).inputs).toBe(inputs)
  expect(Result.isSuccess(replay(texts[1]!))).toBe(true)
})
