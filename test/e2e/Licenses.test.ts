import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"

test("the notices of all that is in the binary lie beside it", () => {
  const text = readFileSync(join(import.meta.dirname, "../../dist/THIRD-PARTY-LICENSES.txt"), "utf8")
  for (const name of ["Bun", "effect", "hono", "preact", "node-forge", "@grpc/grpc-js", "@stdlib/string-format"]) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+, `, "m"))
  }
  expect(text).toContain("Permission is hereby granted, free of charge")
  expect(text).toContain("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION")
  expect(text).not.toContain("@ebb/")
})
