import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"

/** Writes SHA256SUMS into a folder, with the files named from there: `sha256sum -c SHA256SUMS` in it checks all of them. */
export const write = (folder: string, files: ReadonlyArray<string>): void => {
  const lines = files.map((file) => {
    const hash = createHash("sha256").update(readFileSync(file)).digest("hex")
    return `${hash}  ${relative(folder, file)}`
  })
  writeFileSync(join(folder, "SHA256SUMS"), `${lines.toSorted().join("\n")}\n`)
}
