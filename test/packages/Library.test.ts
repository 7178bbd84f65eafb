import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { publint } from "publint"
import { build } from "vite"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { bin, emptyFolder, examplesIn, install, installMs, printed, root } from "./Packed.ts"

const folder = emptyFolder()
afterAll(folder.remove)

const names = ["core", "sim", "drain-check"] as const
const tarballs = new Map<string, string>()
const tarball = (name: string): string => tarballs.get(name)!

/** Packed by the script that packs a release, in a process of its own: the bundler is not for this one. */
const pack = (): void => {
  const lines = printed("bun", ["scripts/pack/packLibraries.ts", join(folder.path, "packed")], root, {
    ...process.env,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "o/r"
  })
  for (const [at, line] of lines.trim().split("\n").entries()) tarballs.set(names[at]!, line)
}

const user = join(folder.path, "user")

beforeAll(() => {
  pack()
  mkdirSync(user)
  writeFileSync(join(user, "package.json"), '{ "private": true, "type": "module" }\n')
  install(user, names.map(tarball))
}, installMs)

const installed = (): ReadonlyArray<string> => {
  const modules = join(user, "node_modules")
  return readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(modules, name)).map((own) => `${name}/${own}`) : [name]
    )
}

const dependenciesOf = (name: string): ReadonlyArray<string> =>
  Object.keys(JSON.parse(readFileSync(join(user, "node_modules", name, "package.json"), "utf8")).dependencies ?? {})

const withDependencies = (name: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (!seen.has(name)) {
    seen.add(name)
    for (const dependency of dependenciesOf(name)) withDependencies(dependency, seen)
  }
  return seen
}

describe("the packed libraries, in an empty folder", () => {
  it("bring few packages besides Effect's own", () => {
    const effect = withDependencies("effect")
    const others = installed().filter((name) => !effect.has(name) && !name.startsWith("@ebb/"))
    assert.isAtMost(others.length, 15, others.join(" "))
    assert.isFalse(others.some((name) => name.startsWith("@stdlib/")))
  })

  it.each(["core", "sim"] as const)("run the example of @ebb/%s's README on Node, Deno and Bun alike", (name) => {
    const [code = ""] = examplesIn(join(root, "packages", name, "README.md"))
    const file = join(user, `${name}.mjs`)
    writeFileSync(file, code)
    const onNode = printed("node", [file], user)
    assert.isAtLeast(onNode.trim().split("\n").length, 3)
    assert.strictEqual(printed(bin("deno"), ["run", "--allow-all", file], user), onNode)
    assert.strictEqual(printed(bin("bun"), [file], user), onNode)
  })

  it("run the example of @ebb/drain-check's README on Bun, and on a Node that it is for", () => {
    const [code = ""] = examplesIn(join(root, "packages/drain-check/README.md"))
    const file = join(user, "drain-check.mjs")
    writeFileSync(file, code)
    const isNodeNew = Number(/\d+/.exec(printed("node", ["--version"], user))?.[0]) >= 22
    for (const program of [bin("bun"), ...(isNodeNew ? ["node"] : [])])
      assert.strictEqual(printed(program, [file], user), "It drains\n")
  })

  it("run every example of the reference", () => {
    const files = globSync(join(root, "packages/{core,sim,text}/src/**/*.ts"))
    const examples = files.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/@example\n \* ```ts\n(.*?) \* ```/gs)].map(([, code = ""]) =>
        code.replace(/^ \* ?/gm, "")
      )
    )
    assert.isAtLeast(examples.length, 10)
    for (const [at, code] of examples.entries()) {
      const file = join(user, `example-${at}.ts`)
      writeFileSync(file, code)
      assert.match(printed(bin("bun"), [file], user), /\S/, code)
    }
    const compilerOptions = {
      module: "nodenext",
      target: "es2022",
      types: [],
      lib: ["es2024", "dom"],
      strict: true,
      skipLibCheck: true,
      noEmit: true
    }
    const named = examples.map((_, at) => `example-${at}.ts`)
    writeFileSync(join(user, "tsconfig.examples.json"), JSON.stringify({ compilerOptions, files: named }))
    assert.strictEqual(printed(bin("tsc"), ["-p", "tsconfig.examples.json"], user), "")
  })

  it.each([
    ["nodenext", "nodenext"],
    ["bundler", "esnext"]
  ])("type-check for a user with module resolution %s, their own types included", (moduleResolution, module) => {
    const code = `import { App, Fleet, FleetPort, Journal, plainSubmission, Request, RunnerState, scalers, strategies, type Strategy } from "@ebb/core"
import { Experiment, Presets, Spec, type RehearsalReport } from "@ebb/sim"
import { Check, type CheckReport, type CheckSettings } from "@ebb/drain-check"
import { Effect, Result } from "effect"
const spec: Spec.RehearsalSpec = Result.getOrThrow(Spec.parse(Presets.presets.llm, { file: "llm", readFile: () => "" }))
const report: Promise<RehearsalReport.RehearsalReport> = Effect.runPromise(Experiment.run(spec))
const state: RunnerState.RunnerState = RunnerState.RunnerState.IDLE
export { App, Check, Fleet, Journal, plainSubmission, report, Request, scalers, state, strategies }
export type { CheckReport, CheckSettings, FleetPort, Strategy }
// @ts-expect-error: a number is no spec
Experiment.run(1)
`
    const own = join(user, moduleResolution)
    mkdirSync(own)
    writeFileSync(join(own, "user.ts"), code)
    const compilerOptions = {
      module,
      moduleResolution,
      target: "es2022",
      lib: ["es2024", "dom"],
      types: [],
      strict: true,
      skipLibCheck: false,
      noEmit: true
    }
    writeFileSync(join(own, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["user.ts"] }))
    assert.strictEqual(printed(bin("tsc"), ["-p", own], user), "")
  })

  it("build for the browser with Vite, without anything of Node", async () => {
    const [code = ""] = examplesIn(join(root, "packages/sim/README.md"))
    const site = join(user, "site")
    mkdirSync(site)
    writeFileSync(join(site, "index.html"), '<script type="module" src="./main.js"></script>\n')
    writeFileSync(join(site, "main.js"), code)
    const warnings: Array<string> = []
    await build({
      root: site,
      configFile: false,
      logLevel: "silent",
      build: {
        minify: false,
        target: "es2022",
        modulePreload: { polyfill: false },
        rolldownOptions: { onwarn: ({ message }) => warnings.push(message) }
      }
    })
    assert.deepStrictEqual(
      warnings.filter((warning) => !/chunk/.test(warning)),
      []
    )
    const [script = ""] = readdirSync(join(site, "dist/assets")).filter((name) => name.endsWith(".js"))
    const bundle = readFileSync(join(site, "dist/assets", script), "utf8")
    assert.notMatch(bundle, /(from|import|require)\s*\(?\s*["']node:|__vite-browser-external/)
    cpSync(join(site, "dist/assets", script), join(user, "bundle.mjs"))
    assert.strictEqual(printed("node", ["bundle.mjs"], user), printed("node", ["sim.mjs"], user))
  })

  it.each(names)("give publint and attw nothing to say about @ebb/%s", async (name) => {
    const bytes = readFileSync(tarball(name))
    const tarballBytes = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    const { messages } = await publint({ pack: { tarball: tarballBytes }, strict: true })
    assert.deepStrictEqual(messages, [])
    printed(bin("attw"), [tarball(name), "--profile", "esm-only", "--no-emoji", "--format", "ascii"], user, process.env)
  })

  it.each(names)("@ebb/%s has what a package needs", (name) => {
    const own = join(user, "node_modules/@ebb", name)
    const manifest = JSON.parse(readFileSync(join(own, "package.json"), "utf8"))
    assert.includeMembers(Object.keys(manifest), [
      "exports",
      "files",
      "engines",
      "sideEffects",
      "license",
      "description"
    ])
    assert.deepStrictEqual(manifest.repository, { type: "git", url: "git+https://github.com/o/r.git" })
    assert.notInclude(JSON.stringify(manifest), "catalog:")
    assert.notInclude(JSON.stringify(manifest), "workspace:")
    assert.notInclude(Object.keys(manifest.exports), "./*")
    assert.includeMembers(readdirSync(own), ["LICENSE", "README.md", "dist"])
    for (const file of readdirSync(join(own, "dist"), { recursive: true, encoding: "utf8" })) {
      assert.match(file, /(\.js|\.d\.ts|\.js\.map|^[\w/-]+)$/)
      if (!file.endsWith(".map")) continue
      const { sources } = JSON.parse(readFileSync(join(own, "dist", file), "utf8")) as { sources: Array<string> }
      assert.isFalse(
        sources.some((source) => source.startsWith("/")),
        file
      )
    }
  })
})
