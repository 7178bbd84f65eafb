import { globSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"

/**
 * Which folders of a source tree a folder may import from; `.` is the root of the tree. Folders may be nested: the longest name
 * counts. A line may name one file, where that file stands above or below the others of its folder.
 */
export type Table = Readonly<Record<string, ReadonlyArray<string>>>

/** Texts of modules by their path below the root of the tree. */
export type Sources = ReadonlyMap<string, string>

const root = join(import.meta.dirname, "../..")

export const sourcesOf = (tree: string): Sources =>
  new Map(
    globSync("**/*.{ts,tsx}", { cwd: join(root, tree) }).map((file) => [
      file,
      readFileSync(join(root, tree, file), "utf8")
    ])
  )

/** A module beside the one that names it. */
const beside = /["'](\.[^"']+)["']/

/** The modules of that kind that a module names: in imports and exports, of types too, and in dynamic imports. */
export const importsOf = (text: string, named = beside): ReadonlyArray<string> =>
  [...text.matchAll(new RegExp(`(?:\\bfrom|\\bimport\\s*\\(?)\\s*${named.source}`, "g"))].map(([, name]) => name!)

const folderOf = (file: string, table: Table): string => {
  const holding = Object.keys(table).filter((folder) => file === folder || file.startsWith(`${folder}/`))
  return holding.sort((a, b) => b.length - a.length)[0] ?? "."
}

/** The imports that the table does not allow, and files in folders that it does not know. */
export const violations = (sources: Sources, table: Table): ReadonlyArray<string> =>
  [...sources].flatMap(([file, text]) => {
    const from = folderOf(file, table)
    if (from === "." && dirname(file) !== ".") return [`${file} is in no folder of the table`]
    return importsOf(text).flatMap((name) => {
      const to = normalize(join(dirname(file), name))
      const folder = folderOf(to, table)
      const isAllowed = folder === from || (table[from] ?? []).includes(folder)
      return isAllowed ? [] : [`${file} imports ${to}: ${from} may not import ${folder}`]
    })
  })

const reached = (from: string, table: Table, seen: ReadonlySet<string>): ReadonlySet<string> =>
  (table[from] ?? []).reduce((all, to) => (all.has(to) ? all : reached(to, table, new Set([...all, to]))), seen)

/** Folders that may import each other, over others too; sorted by name. */
export const circles = (table: Table): ReadonlyArray<ReadonlyArray<string>> => {
  const reach = new Map(Object.keys(table).map((folder) => [folder, reached(folder, table, new Set())]))
  const circleOf = (folder: string) =>
    [...reach.keys()].filter((other) => reach.get(folder)!.has(other) && reach.get(other)!.has(folder)).sort()
  const found = [...reach.keys()].map(circleOf).filter((circle) => circle.length > 0)
  return [...new Map(found.map((circle) => [circle.join(), circle])).values()]
}
