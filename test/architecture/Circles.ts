import { globSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { importsOf } from "./Folders.ts"

const root = join(import.meta.dirname, "../..")

/** Which modules each module imports, by its path; imports of types count. */
export type Imports = ReadonlyMap<string, ReadonlyArray<string>>

interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, string>>
}

/** An example of use, in a comment. */
const inComment = /^ *\*.*$/gm

/** Where the sources of each package are, by its name. */
const packages = (): ReadonlyMap<string, string> =>
  new Map(
    globSync("{apps,packages}/*/package.json", { cwd: root }).map((file) => {
      const { name }: Manifest = JSON.parse(readFileSync(join(root, file), "utf8"))
      return [name, join(dirname(file), "src")]
    })
  )

/** The files that an import may name, the first that is there. */
const candidates = (file: string, name: string, sources: ReadonlyMap<string, string>): ReadonlyArray<string> => {
  if (name.startsWith(".")) return [normalize(join(dirname(file), name))]
  const [, scope, rest] = /^(@ebb\/[^/]+)\/?(.*)$/.exec(name) ?? []
  const source = sources.get(scope ?? "")
  return source === undefined ? [] : ["ts", "tsx"].map((ext) => join(source, `${rest || "index"}.${ext}`))
}

/** What all sources of the packages and apps import of each other. */
export const importsOfAll = (): Imports => {
  const sources = packages()
  const texts = new Map(
    globSync("{apps,packages}/*/src/**/*.{ts,tsx}", { cwd: root }).map((file) => [
      file,
      readFileSync(join(root, file), "utf8")
    ])
  )
  return new Map(
    [...texts].map(([file, text]) => [
      file,
      importsOf(text.replaceAll(inComment, ""), /["'](\.[^"']+|@ebb\/[^"']+)["']/).flatMap(
        (name) => candidates(file, name, sources).find((candidate) => texts.has(candidate)) ?? []
      )
    ])
  )
}

/** Modules that lead back to themselves, over others too; each circle sorted by name. */
export const importCircles = (imports: Imports): ReadonlyArray<ReadonlyArray<string>> => {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const open: Array<string> = []
  const found: Array<ReadonlyArray<string>> = []
  const visit = (file: string): void => {
    order.set(file, order.size)
    low.set(file, order.get(file)!)
    open.push(file)
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) visit(next)
      if (open.includes(next)) low.set(file, Math.min(low.get(file)!, low.get(next)!))
    }
    if (low.get(file) !== order.get(file)) return
    const circle = open.splice(open.indexOf(file))
    if (circle.length > 1 || imports.get(file)?.includes(file) === true) found.push(circle.sort())
  }
  for (const file of imports.keys()) if (!order.has(file)) visit(file)
  return found
}
