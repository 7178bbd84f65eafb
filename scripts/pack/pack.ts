// Writes everything that is published into dist/packages: npm packages, wheels, binaries, and their checksums.
import { copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { compile } from "../../apps/cli/scripts/Binary.ts"
import * as Notices from "../../apps/cli/scripts/Notices.ts"
import * as BunExecutable from "./BunExecutable.ts"
import * as Checksums from "./Checksums.ts"
import * as Libraries from "./Libraries.ts"
import * as MachO from "./MachO.ts"
import * as NpmPackages from "./NpmPackages.ts"
import { type Platform, platforms } from "./Platforms.ts"
import { root, version } from "./Release.ts"
import * as Wheel from "./Wheel.ts"

const out = join(root, "dist/packages")
const binaries = join(out, "binaries")
const folders = join(out, "folders")
const noticesFile = join(out, "THIRD-PARTY-LICENSES.txt")
const written: Array<string> = []

const megabytes = (file: string): string => `${(statSync(file).size / 1e6).toFixed(1)} MB`

const note = (file: string): void => {
  written.push(file)
  process.stdout.write(`${file.slice(root.length + 1)}  ${megabytes(file)}\n`)
}

const packPlatform = async (platform: Platform): Promise<void> => {
  const binary = join(binaries, `ebb-${version}-${platform.name}`)
  const other = { target: platform.target, executablePath: BunExecutable.fetch(platform) }
  await compile({ outfile: binary, withSourceMap: false, other })
  if (platform.os === "darwin") MachO.sign(binary, "ebb")
  note(binary)
  const folder = NpmPackages.writePlatform(folders, platform, binary, noticesFile)
  note(NpmPackages.pack(folder, join(out, "npm")))
  note(Wheel.write(join(out, "python"), platform, binary, noticesFile))
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !platforms.some((platform) => platform.name === name))
if (unknown.length > 0) {
  const names = platforms.map(({ name }) => name).join(", ")
  process.stderr.write(`✘ There is no platform ${unknown.join(", ")}; there are ${names}\n`)
  process.exit(2)
}

rmSync(out, { recursive: true, force: true })
mkdirSync(binaries, { recursive: true })
writeFileSync(noticesFile, Notices.ofBinary(join(root, "apps/cli")))
copyFileSync(join(root, "LICENSE"), join(out, "LICENSE"))
for (const library of Libraries.names) note(NpmPackages.pack(await Libraries.write(folders, library), join(out, "npm")))
note(NpmPackages.pack(NpmPackages.writeLauncher(folders), join(out, "npm")))
for (const platform of platforms) if (asked.length === 0 || asked.includes(platform.name)) await packPlatform(platform)
Checksums.write(out, written)
// A release on GitHub has the binaries alone, and no folders.
Checksums.write(
  binaries,
  written.filter((file) => dirname(file) === binaries)
)
process.stdout.write(`${written.length} files in dist/packages, and SHA256SUMS\n`)
