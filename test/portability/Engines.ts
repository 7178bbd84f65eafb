import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, delimiter, join } from "node:path"

const root = join(import.meta.dirname, "../..")
const bin = (name: string): string => join(root, "node_modules/.bin", name)

/** Runs a program of this repository on one engine; what it prints to its standard output. */
type Engine = (file: string) => string

const output = (command: string, args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = process.env): string => {
  const { error, status, stderr, stdout } = spawnSync(command, args, { cwd: root, encoding: "utf8", env })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${basename(command)} ${args.join(" ")} ended with ${status}:\n${stderr}`)
  return stdout
}

const inTemporaryFolder = <A>(use: (folder: string) => A): A => {
  const folder = mkdtempSync(join(tmpdir(), "ebb-portability-"))
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The folders of the PATH without the one in which `bun --bun` calls itself node. */
export const pathWithNode = (): string =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !basename(folder).startsWith("bun-node") && !isBun(join(folder, "node")))
    .join(delimiter)

const isBun = (file: string): boolean => existsSync(file) && basename(realpathSync(file)).startsWith("bun")

const nodeEnv = () => ({ ...process.env, PATH: pathWithNode() })

/** What `node` prints of itself: its version, or "bun" if it is none. */
export const nodeVersion = (): string =>
  output("node", ["-p", "process.versions.bun === undefined ? process.version : 'bun'"], nodeEnv()).trim()

/** Bun, from the sources. */
const bun: Engine = (file) => output(bin("bun"), [file])

/** Node, from a bundle: it reads no TypeScript. */
const node: Engine = (file) =>
  inTemporaryFolder((folder) => {
    const bundle = join(folder, "bundle.mjs")
    output(bin("bun"), ["build", "--target=node", file, "--outfile", bundle])
    return output("node", [bundle], nodeEnv())
  })

/**
 * Deno, from the sources and the packages that are installed; it may read no file beyond its modules, and no network.
 * Some packages look into the environment for their debug switches.
 */
const deno: Engine = (file) =>
  inTemporaryFolder((folder) => {
    const offline = ["--no-config", "--no-lock", "--no-remote", "--no-prompt", "--node-modules-dir=manual"]
    const needs = ["--allow-env"]
    const env = { PATH: pathWithNode(), HOME: folder, DENO_DIR: folder, DENO_NO_UPDATE_CHECK: "1" }
    return output(bin("deno"), ["run", ...offline, ...needs, file], env)
  })

export const engines = { Bun: bun, Node: node, Deno: deno } as const
