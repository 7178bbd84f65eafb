import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"

/** The folder of the repository. */
export const root = join(import.meta.dirname, "../..")

interface Manifest {
  readonly version: string
  readonly devDependencies: Readonly<Record<string, string>>
}

const manifest = (folder: string): Manifest => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))

/** The one version that everything is released under. */
export const version = manifest("apps/cli").version

/** The version of Bun that is compiled with and into the binaries. */
export const bunVersion = manifest(".").devDependencies["bun"]!

/** What every package says of itself. */
export const about = {
  version,
  description: "Rehearse a rollout: a local sandbox of a serverless runner fleet, in one binary.",
  keywords: ["rollout", "autoscaling", "simulation", "serverless", "gpu"],
  license: "MIT"
} as const

const origin = (): string | null => {
  const { status, stdout } = spawnSync("git", ["remote", "get-url", "origin"], { cwd: root, encoding: "utf8" })
  return status === 0 ? stdout.trim() : null
}

const { GITHUB_REPOSITORY, GITHUB_SERVER_URL } = process.env

/**
 * Where the sources are: the repository whose workflow runs, which is the one that a registry's proof of origin names, else
 * where this clone comes from; left out where neither is known.
 */
export const repository: { readonly type: "git"; readonly url: string } | undefined = (() => {
  const url = GITHUB_REPOSITORY === undefined ? origin() : `git+${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}.git`
  return url === null || url.startsWith("/") ? undefined : { type: "git", url }
})()
