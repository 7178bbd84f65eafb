import { globSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { join } from "node:path"
import { assert, describe, it } from "vitest"

const root = join(import.meta.dirname, "../..")
const engineModules = new Set(builtinModules)
const engineGlobals = /\b(?:Bun|Deno|process|require|Buffer|__dirname)\s*[.(]/

/** What a module names in its imports and exports, dynamic imports included. */
const importsOf = (text: string): ReadonlyArray<string> =>
  [
    ...text.matchAll(/^(?:import|export)\b[^"'`]*\bfrom\s*["']([^"']+)["']/gm),
    ...text.matchAll(/\bimport\s*\(?\s*["']([^"']+)["']/g)
  ].map(([, name]) => name!)

const isOfAnEngine = (name: string): boolean =>
  /^(?:node|bun|deno|jsr|https?):/.test(name) || name === "bun" || engineModules.has(name.split("/")[0]!)

const withoutComments = (text: string): string => text.replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, "")

describe.each(["core", "plan", "sim"])("@ebb/%s", (name) => {
  const files = globSync(`packages/${name}/src/**/*.ts`, { cwd: root })
  const texts = files.map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }))
  const { dependencies } = JSON.parse(readFileSync(join(root, `packages/${name}/package.json`), "utf8"))

  it("imports no module of an engine, and no package that it does not declare", () => {
    const found = texts.flatMap(({ file, text }) => importsOf(text).map((from) => ({ file, from })))
    assert.isAbove(found.length, 30)
    for (const { file, from } of found) {
      assert.isFalse(isOfAnEngine(from), `${file} imports ${from}`)
      const isDeclared = from.startsWith(".") || packageOf(from) in dependencies
      assert.isTrue(isDeclared, `${file} imports ${from}, which is not in its package.json`)
    }
  })

  it("names no global of an engine", () => {
    for (const { file, text } of texts) {
      const [found] = withoutComments(text).match(engineGlobals) ?? []
      assert.isUndefined(found, `${file} uses ${found}`)
    }
  })
})

const packageOf = (name: string): string => name.split("/", name.startsWith("@") ? 2 : 1).join("/")

describe("the search for imports", () => {
  it("finds every form", () => {
    const text = `import a from "node:fs"\nexport * from "bun"\nconst b = await import("fs/promises")\nimport 'deno:x'`
    assert.deepStrictEqual(importsOf(text), ["node:fs", "bun", "fs/promises", "deno:x"])
    assert.isTrue(importsOf(text).every(isOfAnEngine))
    assert.isFalse(isOfAnEngine("effect"))
  })
})
