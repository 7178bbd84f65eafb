import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { build, type DepsConfig } from "tsdown"
import * as Notices from "../../apps/cli/scripts/Notices.ts"
import { about, repository, root } from "./Release.ts"

interface Manifest {
  readonly description: string
  readonly dependencies: Readonly<Record<string, string>>
}

/** A package that others build upon. */
interface Library {
  readonly name: "core" | "sim" | "drain-check"
  readonly engines: Readonly<Record<string, string>>
  readonly sideEffects: boolean
}

const node = ">=20"
const silent = join(import.meta.dirname, "templates/silent.cjs")

const libraries: ReadonlyArray<Library> = [
  { name: "core", engines: { node }, sideEffects: false },
  { name: "sim", engines: { node }, sideEffects: false },
  // It groups objects, which Node 20 cannot.
  { name: "drain-check", engines: { node: ">=22" }, sideEffects: false }
]

/** The libraries by name. */
export const names = libraries.map(({ name }) => name)

const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"))

const catalog: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  .workspaces.catalog

const isPublished = (dependency: string): boolean => libraries.some(({ name }) => dependency === `@ebb/${name}`)

/** Everything but the project's own private parts and what has far more packages than functions that are used. */
const isExternal = (dependency: string): boolean =>
  isPublished(dependency) || !(dependency.startsWith("@ebb/") || dependency.startsWith("@stdlib/"))

/** The dependencies of the package and of its private parts, with the versions that are pinned. */
const dependenciesOf = (name: string, seen = new Map<string, string>()): ReadonlyMap<string, string> => {
  for (const [dependency, pinned] of Object.entries(manifestOf(name).dependencies)) {
    if (seen.has(dependency)) continue
    seen.set(dependency, pinned === "catalog:" ? catalog[dependency]! : pinned)
    if (dependency.startsWith("@ebb/") && !isPublished(dependency)) dependenciesOf(dependency.slice(5), seen)
  }
  return seen
}

/** One Effect for all: what these packages give is run by the user's own. */
const isPeer = (dependency: string): boolean => dependency === "effect"

const rangeOf = (dependency: string, pinned: string): string =>
  isPublished(dependency) ? about.version : isPeer(dependency) ? `^${pinned}` : pinned

type Dependencies = ReadonlyMap<string, string>

const ranges = (dependencies: Dependencies, isOf: (dependency: string) => boolean): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...dependencies]
      .filter(([dependency]) => isExternal(dependency) && isOf(dependency))
      .map(([dependency, pinned]) => [dependency, rangeOf(dependency, pinned)] as const)
      .toSorted()
  )

/** The modules of a library that the others import: each has a name of its own among its entry points. */
const sharedModules = (name: string): ReadonlyArray<string> => {
  const pattern = new RegExp(`from "@ebb/${name}/([\\w/-]+)"`, "g")
  const others = libraries.filter((library) => library.name !== name)
  const files = others.flatMap((library) => globSync(join(root, "packages", library.name, "src/**/*.ts")))
  const found = files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(pattern)].map(([, path]) => path!))
  return [...new Set(found)].toSorted()
}

const entriesOf = (name: string): Readonly<Record<string, string>> => ({
  index: "src/index.ts",
  ...Object.fromEntries(sharedModules(name).map((path) => [path, `src/${path}.ts`]))
})

const exportsOf = (entries: Readonly<Record<string, string>>): object => ({
  ...Object.fromEntries(
    Object.keys(entries).map((path) => [
      path === "index" ? "." : `./${path}`,
      { types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` }
    ])
  ),
  "./package.json": "./package.json"
})

const manifest = (library: Library, dependencies: Dependencies, entries: Readonly<Record<string, string>>) => ({
  name: `@ebb/${library.name}`,
  ...about,
  description: manifestOf(library.name).description,
  repository,
  type: "module",
  sideEffects: library.sideEffects,
  engines: library.engines,
  exports: exportsOf(entries),
  files: ["dist", "THIRD-PARTY-LICENSES.txt"],
  dependencies: ranges(dependencies, (dependency) => !isPeer(dependency)),
  peerDependencies: ranges(dependencies, isPeer)
})

const depsOf = (all: Dependencies): DepsConfig => {
  const external = [...all.keys()].filter(isExternal)
  const isOf = (dependency: string) => (id: string) => id === dependency || id.startsWith(`${dependency}/`)
  const neverBundle = (id: string) => external.some((dependency) => isOf(dependency)(id))
  const alwaysBundle = (id: string) =>
    [...all.keys()].some((one) => !external.includes(one) && isOf(one)(id)) || id.startsWith("@stdlib/")
  return { neverBundle, alwaysBundle, onlyBundle: false }
}

/** The sources stand in the map itself; they are called by their place in the repository. */
const nameInRepository = (relative: string, map: string): string => {
  const path = resolve(dirname(map), relative)
  return path.startsWith(root) ? path.slice(root.length + 1).replace(/^node_modules\/\.bun\/[^/]+\//, "") : relative
}

/** Builds a library as it is published; answers its folder. */
export const write = async (packages: string, name: Library["name"]): Promise<string> => {
  const library = libraries.find((one) => one.name === name)!
  const source = join(root, "packages", name)
  const folder = join(packages, name)
  const all = dependenciesOf(name)
  const entries = entriesOf(name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await build({
    cwd: source,
    config: false,
    entry: { ...entries },
    outDir: join(folder, "dist"),
    // One project of all: declarations of the private parts are bundled too.
    tsconfig: join(import.meta.dirname, "tsconfig.libraries.json"),
    format: "esm",
    platform: name === "drain-check" ? "node" : "neutral",
    target: "es2022",
    dts: { sourcemap: false },
    sourcemap: true,
    // Neutral ground knows no "main", by which CommonJS is found.
    inputOptions: { resolve: { mainFields: ["module", "main"], alias: { debug: silent } } },
    outputOptions: { sourcemapPathTransform: nameInRepository },
    fixedExtension: false,
    hash: false,
    logLevel: "error",
    deps: depsOf(all)
  })
  const notices = Notices.ofBundle(source, isExternal)
  if (notices !== null) writeFileSync(join(folder, "THIRD-PARTY-LICENSES.txt"), notices)
  const text = JSON.stringify(manifest(library, all, entries), null, 2)
  writeFileSync(join(folder, "package.json"), `${text}\n`)
  copyFileSync(join(source, "README.md"), join(folder, "README.md"))
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"))
  return folder
}
