// Publishes what `npm run pack` has written: `npm`, `python` or `github`. What is published already is left as it is, so
// that a release which broke off can be run again.
import { spawnSync } from "node:child_process"
import { existsSync, globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as Changes from "./Changes.ts"
import { run } from "../pack/Run.ts"

const root = process.cwd()
const packed = join(root, "dist/packages")
const { version } = JSON.parse(readFileSync(join(root, "apps/cli/package.json"), "utf8"))

const fail = (sentence: string): never => {
  process.stderr.write(`✘ ${sentence}\n`)
  process.exit(2)
}

const files = (pattern: string): ReadonlyArray<string> => {
  const found = globSync(join(packed, pattern)).toSorted()
  return found.length === 0 ? fail(`There is no ${pattern} in dist/packages; run npm run pack first.`) : found
}

/** The launcher last: whoever gets it must find what it installs. */
const inOrder = (tarballs: ReadonlyArray<string>): ReadonlyArray<string> => {
  const launcher = `ebb-${version}.tgz`
  const others = tarballs.filter((file) => basename(file) !== launcher)
  return others.length === tarballs.length
    ? fail(`There is no ${launcher} in dist/packages/npm.`)
    : [...others, join(packed, "npm", launcher)]
}

const nameOf = (tarball: string): string => {
  const manifest = JSON.parse(run("tar", ["-xzOf", tarball, "package/package.json"], root))
  if (manifest.version !== version)
    fail(`${basename(tarball)} is of version ${manifest.version}, not ${version}; pack again.`)
  return `${manifest.name}@${version}`
}

const isPublished = (name: string): boolean =>
  spawnSync("npm", ["view", name, "version"], { cwd: root, encoding: "utf8" }).stdout.trim() === version

const publishNpm = (): void => {
  // All are looked at before the first is published.
  const named = inOrder(files("npm/*.tgz")).map((tarball) => [tarball, nameOf(tarball)] as const)
  for (const [tarball, name] of named) {
    if (isPublished(name)) process.stdout.write(`${name} is published already\n`)
    else process.stdout.write(run("npm", ["publish", tarball, "--access", "public", "--provenance"], root))
  }
}

const publishPython = (): void => {
  const options = ["--trusted-publishing", "always"]
  process.stdout.write(run("uv", ["publish", ...options, ...files("python/*.whl")], root))
}

const publishGitHub = (): void => {
  const notes = Changes.of(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version)
  if (notes === null) return fail(`CHANGELOG.md says nothing of ${version}; run bun scripts/release/version.ts.`)
  const others = ["binaries/SHA256SUMS", "LICENSE", "THIRD-PARTY-LICENSES.txt"].map((name) => join(packed, name))
  const missing = others.find((file) => !existsSync(file))
  if (missing !== undefined) return fail(`There is no ${basename(missing)} in dist/packages; run npm run pack first.`)
  const title = ["--title", `ebb ${version}`, "--notes", notes, "--verify-tag"]
  process.stdout.write(
    run("gh", ["release", "create", `v${version}`, ...title, ...files("binaries/ebb-*"), ...others], root)
  )
}

const targets: Readonly<Record<string, () => void>> = { npm: publishNpm, python: publishPython, github: publishGitHub }

const [target = ""] = process.argv.slice(2)
const publish = targets[target] ?? fail(`Name where to publish: ${Object.keys(targets).join(", ")}.`)
const tag = process.env["GITHUB_REF_NAME"]
if (tag !== undefined && tag !== `v${version}`) fail(`The tag is ${tag}, and the packages are of version ${version}.`)
publish()
