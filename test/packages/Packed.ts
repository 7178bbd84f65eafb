import { spawnSync, type SpawnSyncReturns } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, delimiter, join } from "node:path"

/** The folder of the repository. */
export const root = join(import.meta.dirname, "../..")

/** A program that the repository pins. */
export const bin = (name: string): string => join(root, "node_modules/.bin", name)

/** An empty folder. */
export const emptyFolder = (): { readonly path: string; readonly remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), "ebb-packages-"))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** The environment of somebody who has nothing of this repository, and in whose PATH node is Node. */
export const plainEnv = (): NodeJS.ProcessEnv => {
  const { HOME, LANG, PATH = "" } = process.env
  const folders = PATH.split(delimiter).filter(
    (folder) => !basename(folder).startsWith("bun-node") && !folder.startsWith(root)
  )
  const npm = Object.entries(process.env).filter(([name]) => /^(https?_proxy|no_proxy|SSL_CERT|NODE_EXTRA)/i.test(name))
  return { HOME, LANG, PATH: folders.join(delimiter), npm_config_update_notifier: "false", ...Object.fromEntries(npm) }
}

/** Runs a program of somebody else's. */
export const run = (
  command: string,
  args: ReadonlyArray<string>,
  cwd: string,
  env: NodeJS.ProcessEnv = plainEnv()
): SpawnSyncReturns<string> => spawnSync(command, args, { cwd, encoding: "utf8", env })

/** The same for one that must succeed: what it prints. */
export const printed = (command: string, args: ReadonlyArray<string>, cwd: string, env?: NodeJS.ProcessEnv): string => {
  const { error, status, stderr, stdout } = run(command, args, cwd, env)
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${basename(command)} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

/** How long it may take until everything is packed, fetched and installed. */
export const installMs = 300_000

/** Installs packages into a folder, nothing being fetched that is at hand. */
export const install = (folder: string, packages: ReadonlyArray<string>): void => {
  const quietly = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]
  printed("npm", ["install", ...quietly, ...packages], folder)
}

/** The programs in the JavaScript blocks of a README. */
export const examplesIn = (readme: string): ReadonlyArray<string> =>
  [...readFileSync(readme, "utf8").matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code!)
