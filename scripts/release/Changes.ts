import { globSync, readFileSync } from "node:fs"
import { basename } from "node:path"

/** The notes that wait for a release, a paragraph each, in order of their files' names. */
export const waiting = (folder: string): ReadonlyArray<string> =>
  globSync(`${folder}/.changeset/*.md`)
    .filter((file) => basename(file) !== "README.md")
    .toSorted()
    .map((file) => readFileSync(file, "utf8").split(/^---$/m).slice(2).join("---").trim())

/** The changelog with a new version at its top. */
export const added = (changelog: string, version: string, notes: ReadonlyArray<string>): string => {
  const list = notes.map((note) => `- ${note.replaceAll("\n", "\n  ")}`).join("\n")
  const at = changelog.search(/^## /m)
  const section = `## ${version}\n\n${list}\n\n`
  return at < 0 ? `${changelog.trimEnd()}\n\n${section}` : changelog.slice(0, at) + section + changelog.slice(at)
}

/** What the changelog says of a version; null where it says nothing. */
export const of = (changelog: string, version: string): string | null => {
  const section = changelog.split(/^(?=## )/m).find((part) => part.startsWith(`## ${version}\n`))
  return section === undefined ? null : section.slice(section.indexOf("\n")).trim()
}
