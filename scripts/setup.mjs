// Installs what bun.lock pins; with nothing there but node and npm it brings Bun along first.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tools = join(root, "node_modules", ".tools")
const stampFile = join(tools, "stamp")
const binaries = join(root, "node_modules", ".bin")

const fail = (what) => {
  process.stderr.write(`✘ ${what}\n`)
  process.exit(1)
}

export const run = (command, args, options = {}) => {
  const done = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options })
  if (done.error !== undefined) fail(`${command} could not be started: ${done.error.message}`)
  return done.status ?? 1
}

const manifests = () => {
  const found = ["bun.lock", "package.json"]
  for (const folder of ["packages", "apps"]) found.push(...globDirectory(folder))
  return found
}

const globDirectory = (folder) =>
  spawnSync("git", ["ls-files", `${folder}/*/package.json`], { cwd: root, encoding: "utf8" })
    .stdout.split("\n")
    .filter(Boolean)

const stamp = () => {
  const hash = createHash("sha256")
  for (const file of manifests().sort()) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest("hex")
}

const isCurrent = (now) => existsSync(stampFile) && readFileSync(stampFile, "utf8") === now

const pinnedBun = () => JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.bun

const installBun = () => {
  const bun = join(tools, "node_modules", ".bin", "bun")
  if (existsSync(bun)) return bun
  process.stderr.write(`Installing Bun ${pinnedBun()} …\n`)
  mkdirSync(tools, { recursive: true })
  writeFileSync(join(tools, "package.json"), '{ "private": true }\n')
  const args = ["install", "--no-audit", "--no-fund", "--loglevel=error", `bun@${pinnedBun()}`]
  if (run("npm", args, { cwd: tools, stdio: ["ignore", "ignore", "inherit"] }) !== 0) fail("npm could not install Bun")
  return bun
}

/** The environment in which the project's own tools come first. */
export const environment = () => ({
  ...process.env,
  PATH: `${binaries}:${process.env.PATH ?? ""}`,
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1"
})

export const setUp = () => {
  const now = stamp()
  if (isCurrent(now)) return
  const bun = installBun()
  process.stderr.write("Installing the dependencies of bun.lock …\n")
  if (run(bun, ["install", "--frozen-lockfile"], { stdio: ["ignore", "ignore", "inherit"] }) !== 0) {
    fail("bun install failed; see above")
  }
  writeFileSync(stampFile, now)
}
