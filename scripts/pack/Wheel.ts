import { zipSync, type Zippable } from "fflate"
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Platform } from "./Platforms.ts"
import { about, root, version } from "./Release.ts"

const project = "ebb-rehearsal"
const module = "ebb_rehearsal"
const info = `${module}-${version}.dist-info`
const templates = join(import.meta.dirname, "templates")

const text = (...lines: ReadonlyArray<string>): Uint8Array => new TextEncoder().encode(`${lines.join("\n")}\n`)

const metadata = (): Uint8Array =>
  text(
    "Metadata-Version: 2.4",
    `Name: ${project}`,
    `Version: ${version}`,
    `Summary: ${about.description}`,
    `License-Expression: ${about.license}`,
    "License-File: LICENSE",
    "License-File: THIRD-PARTY-LICENSES.txt",
    `Keywords: ${about.keywords.join(",")}`,
    "Requires-Python: >=3.8",
    "Description-Content-Type: text/markdown",
    "",
    readFileSync(join(templates, "README.md"), "utf8")
  )

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64url")

const record = (files: ReadonlyMap<string, Uint8Array>): Uint8Array =>
  text(...Array.from(files, ([name, bytes]) => `${name},sha256=${hash(bytes)},${bytes.length}`), `${info}/RECORD,,`)

const filesOf = ({ wheelTag }: Platform, binary: string, notices: string): Map<string, Uint8Array> =>
  new Map([
    [`${module}/__init__.py`, text(`__version__ = "${version}"`)],
    [`${module}/__main__.py`, readFileSync(join(templates, "__main__.py"))],
    [`${module}/bin/ebb`, readFileSync(binary)],
    [`${info}/METADATA`, metadata()],
    [
      `${info}/WHEEL`,
      text("Wheel-Version: 1.0", "Generator: ebb", "Root-Is-Purelib: false", `Tag: py3-none-${wheelTag}`)
    ],
    // uvx runs the command that has the name of the project.
    [
      `${info}/entry_points.txt`,
      text("[console_scripts]", `ebb = ${module}.__main__:main`, `${project} = ${module}.__main__:main`)
    ],
    [`${info}/licenses/LICENSE`, readFileSync(join(root, "LICENSE"))],
    [`${info}/licenses/THIRD-PARTY-LICENSES.txt`, readFileSync(notices)]
  ])

const unix = 3
const modeOf = (name: string): number => (name.endsWith("/bin/ebb") ? 0o100755 : 0o100644)

/** The same bytes give the same wheel. */
const noTime = new Date("1980-01-01T00:00:00")

/** Writes the wheel of a platform: Python's packaging of the same binary. `level`: 0 stores it, 9 takes the longest. */
export const write = (into: string, platform: Platform, binary: string, notices: string, level: 0 | 9 = 9): string => {
  const files = filesOf(platform, binary, notices)
  files.set(`${info}/RECORD`, record(files))
  const entries: Zippable = {}
  for (const [name, bytes] of files)
    entries[name] = [bytes, { os: unix, attrs: modeOf(name) << 16, mtime: noTime, level }]
  const file = join(into, `${module}-${version}-py3-none-${platform.wheelTag}.whl`)
  mkdirSync(into, { recursive: true })
  writeFileSync(file, zipSync(entries))
  return file
}
