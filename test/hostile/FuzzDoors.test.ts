import { afterAll, beforeAll, expect, test } from "vitest"
import { DoorFuzzer } from "./fuzz/Doors.ts"

const fuzzer = new DoorFuzzer()
beforeAll(() => fuzzer.open())
afterAll(() => fuzzer.close())

const forMs = 30_000
const seed = 1

test("random and half-right bytes at every door end nothing, show nothing and leave nothing behind", async () => {
  const seen = await fuzzer.run(forMs, seed, () => {})
  expect(seen.cases).toBeGreaterThan(0)
  expect(seen.memoryGrownMiB).toBeLessThan(64)
  expect(seen.descriptorsGrown).toBeLessThanOrEqual(16)
})
