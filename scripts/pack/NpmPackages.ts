import { chmodSync, copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { packageOf, type Platform, platforms } from "./Platforms.ts"
import { about, repository, root, version } from "./Release.ts"
import { run } from "./Run.ts"

const templates = join(import.meta.dirname, "templates")

const write = (folder: string, manifest: object): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`)
  copyFileSync(join(templates, "README.md"), join(folder, "README.md"))
  copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"))
}

const fresh = (folder: string): string => {
  rmSync(folder, { recursive: true, force: true })
  return folder
}

/** Writes the package that everybody installs: a few lines of JavaScript that find the binary and run it. */
export const writeLauncher = (packages: string): string => {
  const folder = fresh(join(packages, "ebb"))
  write(folder, {
    name: "ebb",
    ...about,
    repository,
    type: "commonjs",
    bin: { ebb: "bin/ebb.js" },
    files: ["bin"],
    engines: { node: ">=18" },
    // Of these npm installs the one that fits the machine; no script has to run.
    optionalDependencies: Object.fromEntries(platforms.map((platform) => [packageOf(platform), version]))
  })
  mkdirSync(join(folder, "bin"))
  cpSync(join(templates, "ebb.js"), join(folder, "bin/ebb.js"))
  chmodSync(join(folder, "bin/ebb.js"), 0o755)
  return folder
}

/** Writes the package with the binary of one platform. */
export const writePlatform = (packages: string, platform: Platform, binary: string, notices: string): string => {
  const { cpu, libc, name, os } = platform
  const folder = fresh(join(packages, `cli-${name}`))
  write(folder, {
    name: packageOf(platform),
    ...about,
    description: `The binary of ebb for ${name}`,
    repository,
    os: [os],
    cpu: [cpu],
    ...(libc === undefined ? {} : { libc: [libc] }),
    files: ["bin", "THIRD-PARTY-LICENSES.txt"],
    preferUnplugged: true
  })
  mkdirSync(join(folder, "bin"))
  copyFileSync(binary, join(folder, "bin/ebb"))
  chmodSync(join(folder, "bin/ebb"), 0o755)
  copyFileSync(notices, join(folder, "THIRD-PARTY-LICENSES.txt"))
  return folder
}

/** Packs a package as npm publishes it; answers the tarball. */
export const pack = (folder: string, into: string): string => {
  mkdirSync(into, { recursive: true })
  const printed = run("npm", ["pack", "--silent", "--pack-destination", into], folder)
  return join(into, printed.trim().split("\n").at(-1)!)
}
