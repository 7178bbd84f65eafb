// Runs ebb: what the rollout of a spec costs, held against that of its base, and how the server drains.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { given, Refusal } from "./Runner.mjs"

const home = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs a program; what it prints is kept. */
const quietly = (command, args, cwd) => {
  const { error, status, stderr, stdout } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 })
  if (error !== undefined) throw new Refusal(`${command} could not be started: ${error.message}.`)
  return { status: status ?? 2, stdout, stderr, said: `${stdout}${stderr}`.trim() }
}

/** The same, and what it prints is shown. */
const run = (command, args, cwd) => {
  const ran = quietly(command, args, cwd)
  process.stdout.write(ran.stdout)
  process.stderr.write(ran.stderr)
  return ran
}

const installed = (version) => {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
    throw new Refusal(
      `The input version must be one of three numbers, such as 1.2.3, and not ${JSON.stringify(version)}.`
    )
  }
  const folder = join(given("RUNNER_TEMP") ?? tmpdir(), `ebb-${version}`)
  const binary = join(folder, "node_modules/.bin/ebb")
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  const { status } = run(
    "npm",
    ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", `ebb@${version}`],
    folder
  )
  if (status !== 0) throw new Refusal(`npm could not install ebb@${version}; what it said stands above.`)
  return binary
}

/** The ebb to run: the one that is given, else the pinned version from npm. */
export const find = () => {
  const binary = given("EBB_BINARY")
  if (binary === null)
    return installed(given("EBB_VERSION") ?? JSON.parse(readFileSync(join(home, "package.json"), "utf8")).version)
  const path = resolve(binary)
  if (!existsSync(path)) throw new Refusal(`The input binary is ${binary}, and there is no such file.`)
  return path
}

/** The repository that a folder of the workspace is in, submodules being a part of it; without one the workspace. */
const repositoryOf = (folder) => {
  const parts = relative(".", folder).split(sep)
  const folders = ["", ...parts].map((_, at) => resolve(...parts.slice(0, at)))
  return folders.find((one) => existsSync(join(one, ".git"))) ?? resolve(".")
}

/** Where the command runs, and the repository; `nameOf`: what a file of the folder is called from there, so that two apps have two names. */
export const place = () => {
  const folder = resolve(given("EBB_WORKING_DIRECTORY") ?? ".")
  const repository = repositoryOf(folder)
  const within = relative(repository, folder)
  const nameOf = (file) => (within === "" || isAbsolute(file) ? file : join(within, file))
  return { folder, repository, nameOf, spec: nameOf(given("EBB_SPEC") ?? "ebb.yaml") }
}

/** Refuses a folder that is none. */
export const enter = ({ folder }) => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Refusal(`The input working-directory is ${folder}, and there is no such folder.`)
}

/** An empty folder for what is kept of the run. */
export const emptyFolder = () => mkdtempSync(join(given("RUNNER_TEMP") ?? tmpdir(), "rehearsal-"))

const lines = (text) =>
  (text ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")

/** Brings the tip of a branch of origin here, and takes nothing away of the history that the checkout has. */
const bring = (cwd, branch, ref) => {
  const git = (...args) => quietly("git", args, cwd)
  const [tip] = run("git", ["ls-remote", "--quiet", "origin", `refs/heads/${branch}`], cwd).stdout.split("\t")
  if (tip === "") return false
  // Fetched with a depth, a commit that is there would lose what came before it.
  if (git("rev-parse", "--quiet", "--verify", `${tip}^{commit}`).status === 0)
    return git("update-ref", ref, tip).status === 0
  const isShallow = git("rev-parse", "--is-shallow-repository").stdout.trim() === "true"
  const depth = isShallow ? ["--depth=1"] : []
  const fetch = ["fetch", "--quiet", "--no-tags", ...depth, "origin", `+refs/heads/${branch}:${ref}`]
  return run("git", fetch, cwd).status === 0
}

/** The base branch of the pull request; null without one. */
const baseRef = (cwd) => {
  const branch = given("GITHUB_BASE_REF")
  if (branch === null) return null
  const ref = `origin/${branch}`
  // Where it cannot be fetched it may be there; if it is not, ebb says so.
  if (!bring(cwd, branch, `refs/remotes/${ref}`))
    process.stderr.write(`${ref} could not be fetched; what the checkout has of it is used\n`)
  return ref
}

const comparison = ({ folder, nameOf }) => {
  const against = given("EBB_AGAINST")
  if (against !== null) return ["--against", nameOf(against)]
  const ref = baseRef(folder)
  return ref === null ? [] : ["--against-ref", ref]
}

const written = (file) => (existsSync(file) ? readFileSync(file, "utf8") : null)

/** Rehearses the spec and keeps the report in `files`. `markdown` is null where ebb understood something not. */
export const rehearse = (ebb, place, files) => {
  const markdown = join(files, "comment.md")
  const checks = lines(given("EBB_ASSERT")).flatMap((check) => ["--assert", check])
  const pages = ["--markdown", markdown, "--html", join(files, "rehearsal.html")]
  const { said, status } = run(
    ebb,
    ["rehearse", place.spec, ...comparison(place), ...checks, ...pages],
    place.repository
  )
  return { status, said, markdown: written(markdown) }
}

/** Checks how the server drains; null where none is given. `markdown` is null where it was not checked. */
export const check = (ebb, { folder }, files) => {
  const command = given("EBB_CHECK")
  if (command === null) return null
  const markdown = join(files, "check.md")
  const grace = given("EBB_CHECK_GRACE")
  const options = ["--markdown", markdown, ...(grace === null ? [] : ["--grace", grace])]
  const { said, status } = run(ebb, ["check", ...options, "--", ...command.split(/\s+/)], folder)
  return { status, said, markdown: written(markdown) }
}
