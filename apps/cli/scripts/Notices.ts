// What libraries are in the binary, and under which licences: most of them ask that their notice goes along.
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly private?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
}

interface Library extends Pick<Manifest, "name" | "version"> {
  readonly license: string
  readonly texts: ReadonlyArray<string>
}

const bun = `Bun ${Bun.version}, MIT. It contains JavaScriptCore (LGPL 2) and other libraries: https://bun.com/docs/project/license`

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))

/** Where a dependency of the package in that folder is; null where it is optional and not installed. */
const folderOf = (dependency: string, from: string): string | null => {
  const candidate = join(from, "node_modules", dependency)
  if (existsSync(join(candidate, "package.json"))) return realpathSync(candidate)
  return dirname(from) === from ? null : folderOf(dependency, dirname(from))
}

const isLicenseFile = (name: string): boolean => /^(licen[cs]e|notice|copying)(\.|-|$)/i.test(name)

const read = (folder: string, { license, name, version }: Manifest): Library => {
  const files = readdirSync(folder).filter(isLicenseFile).toSorted()
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim())
  return { name, version, license: license ?? "see below", texts }
}

/** All that a package depends on when it runs, the project's own parts walked through and left out. */
const librariesOf = (folder: string, isLeftOut: (name: string) => boolean, seen: Map<string, Library | null>): void => {
  if (seen.has(folder)) return
  const manifest = manifestOf(folder)
  seen.set(folder, manifest.name.startsWith("@ebb/") ? null : read(folder, manifest))
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    const found = isLeftOut(dependency) ? null : folderOf(dependency, folder)
    if (found !== null) librariesOf(found, isLeftOut, seen)
  }
}

const nameOf = ({ license, name, version }: Library): string => `${name} ${version}, ${license}`

/** Libraries that share a text share a section. */
const sections = (libraries: ReadonlyArray<Library>): ReadonlyArray<string> => {
  const byText = Map.groupBy(libraries, ({ texts }) => texts.join("\n\n"))
  return Array.from(
    byText,
    ([text, those]) => `${those.map(nameOf).join("\n")}\n\n${text || "It brings no text along."}`
  )
}

const notices = (folder: string, isLeftOut: (name: string) => boolean): ReadonlyArray<string> => {
  const seen = new Map<string, Library | null>()
  librariesOf(realpathSync(folder), isLeftOut, seen)
  const libraries = [...seen.values()].filter((library) => library !== null)
  return sections(libraries.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)))
}

const separated = (parts: ReadonlyArray<string>): string => `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`

/** The notices of everything that is in a binary of that package, as one text. */
export const ofBinary = (folder: string): string => separated([bun, ...notices(folder, () => false)])

/** The notices of what is bundled into a library: of its dependencies those that nobody installs; null without any. */
export const ofBundle = (folder: string, isExternal: (name: string) => boolean): string | null => {
  const own = notices(folder, isExternal)
  return own.length === 0 ? null : separated(["Code of these libraries is part of this package.", ...own])
}
