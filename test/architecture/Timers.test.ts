import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { sourcesOf } from "./Folders.ts"

const document = readFileSync(join(import.meta.dirname, "../../docs/architecture.md"), "utf8")
const section = document.slice(document.indexOf("## Timers"), document.indexOf("## The data directory"))

/** The modules that the section names, each by its path without the ending. */
const named = [...section.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell]) =>
  [...cell!.matchAll(/`([^`]+)`/g)].map(([, path]) => `${path}.ts`)
)

test("what waits or repeats in the runtime does so by Schedule, but for the plain timers that docs/architecture.md names", () => {
  const plain = [...sourcesOf("apps/runtime/src")].filter(([, text]) =>
    /\b(?:setTimeout|setInterval|Bun\.sleep)\(/.test(text)
  )
  expect(plain.map(([file]) => file).sort()).toEqual(named.sort())
})
