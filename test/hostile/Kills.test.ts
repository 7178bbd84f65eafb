import { afterAll, expect, test } from "vitest"
import { KillLoop } from "./crash/KillLoop.ts"

const kills = 10
const seed = Number(process.env["EBB_CRASH_SEED"] ?? Date.now() % 1_000_000)
const loop = new KillLoop(seed)
afterAll(() => loop.remove())

test(`killed ${kills} times under load of every kind, it loses nothing that it acknowledged (EBB_CRASH_SEED=${seed})`, async () => {
  for (let kill = 0; kill < kills; kill++) await loop.once()
  await loop.finish()
  expect(loop.tally.queued).toBeGreaterThan(kills)
  expect(loop.tally.kills).toBe(kills)
})
