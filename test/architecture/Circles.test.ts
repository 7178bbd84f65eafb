import { expect, test } from "vitest"
import { importCircles, importsOfAll } from "./Circles.ts"

/** Records of the Fleet that hold each other (an app its runners, a runner its app), with the lists that link them. By types only. */
const records = [
  "AppState",
  "BusyMarked",
  "CapacityPool",
  "FreeRunners",
  "PeerList",
  "Request",
  "RequestLists",
  "RolloutRecord",
  "Runner"
].map((name) => `packages/core/src/tables/${name}.ts`)

test("no module leads back to itself, not by an import of types either", () => {
  const imports = importsOfAll()
  expect(imports.size).toBeGreaterThan(500)
  expect(importCircles(imports)).toEqual([records])
})

test("circles are found, over other modules too", () => {
  const imports = new Map([
    ["a", ["b", "e"]],
    ["b", ["c"]],
    ["c", ["d", "b"]],
    ["d", ["a"]],
    ["e", []],
    ["f", ["f", "a"]]
  ])
  expect(importCircles(imports)).toEqual([["a", "b", "c", "d"], ["f"]])
})
