import { saidOf } from "@ebb/runtime/control/DeployNotes"
import { Effect, Exit, Result } from "effect"
import { expect, test } from "vitest"

const refusal = (...[request]: Parameters<typeof saidOf>) =>
  Result.match(Effect.runSync(Effect.result(saidOf(request))), {
    onFailure: ({ detail }) => detail,
    onSuccess: () => ""
  })

test("a deploy that says nothing of itself has nothing kept", () => {
  expect(Effect.runSyncExit(saidOf({ dataMounts: [], annotations: {}, privateLogs: false }))).toEqual(
    Exit.succeed(null)
  )
})

test("what it says is kept as it came; what it left out is empty", () => {
  expect(Effect.runSync(saidOf({ message: "fix", metadata: { openapi: {} } }))).toEqual({
    message: "fix",
    annotations: {},
    private_logs: false,
    data_mounts: [],
    files: [],
    metadata: { openapi: {} }
  })
})

test("beyond what the command line takes a sentence says which part is too large", () => {
  expect(refusal({ message: "x".repeat(2049) })).toBe("message has 2049 characters; at most 2048 are kept")
  const many = Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`a${n}`, ""]))
  expect(refusal({ annotations: many })).toBe("33 annotations are too many; at most 32")
  expect(refusal({ annotations: { "": "x" } })).toContain("a name has 1 to 64 characters")
  expect(refusal({ annotations: { a: "x".repeat(16_384) } })).toContain("at most 16384 are kept")
  expect(refusal({ dataMounts: Array.from({ length: 101 }, () => "/data") })).toContain("at most 100, got 101")
})
