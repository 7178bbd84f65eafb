import { expect, test } from "vitest"
import { importCircles, importsOfAll } from "./Circles.ts"

test("no module leads back to itself, not by an import of types either", () => {
  const imports = importsOfAll()
  expect(imports.size).toBeGreaterThan(500)
  expect(importCircles(imports)).toEqual([])
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
