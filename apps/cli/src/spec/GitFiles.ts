import { execFileSync } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { isAbsolute, join, posix } from "node:path"

/** Why git gave nothing; the message says it in one line. */
export class GitError extends Error {}

const stderrOf = (error: unknown): string =>
  error instanceof Error && "stderr" in error
    ? String(error.stderr)
        .trim()
        .split("\n")[0]!
        .replace(/^fatal: /, "")
    : ""

/** What git prints; into the file where one is given. */
const git = (folder: string, args: ReadonlyArray<string>, into: "pipe" | number = "pipe"): string => {
  try {
    // Null where the output goes into a file.
    return execFileSync("git", ["-C", folder, ...args], { encoding: "utf8", stdio: ["ignore", into, "pipe"] }) ?? ""
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      throw new GitError("git is not on the PATH", { cause: error })
    throw new GitError(stderrOf(error), { cause: error })
  }
}

const commitOf = (folder: string, ref: string): string => {
  // Asked first, so that a folder outside of any repository is not taken for a ref that is missing.
  git(folder, ["rev-parse", "--git-dir"])
  try {
    if (ref.startsWith("-")) throw new GitError("no ref begins with -")
    return git(folder, ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]).trim()
  } catch (error) {
    throw new GitError("there is no such branch, tag or commit here; fetch it first, or see: git branch --all", {
      cause: error
    })
  }
}

/** Copies of files of a repository as they were at a ref. */
export interface GitFiles {
  /** Where a copy of the file now lies; the path starts in the folder. Absolute paths are those of the disk. */
  readonly locate: (path: string) => string
  readonly read: (path: string) => string
  /** Removes the copies. */
  readonly dispose: () => void
}

/** The files of a folder as they were at a ref; throws a {@link GitError} for what is not there. */
export const at = (folder: string, ref: string): GitFiles => {
  const commit = commitOf(folder, ref)
  const copies = mkdtempSync(join(tmpdir(), "ebb-ref-"))
  let copied = 0
  const locate = (path: string): string => {
    if (isAbsolute(path)) return path
    const within = posix.normalize(path)
    const copy = join(copies, String(copied++))
    const into = openSync(copy, "w")
    try {
      git(folder, ["show", `${commit}:${within.startsWith("../") ? within : `./${within}`}`], into)
    } catch (error) {
      throw new GitError(`${path} is not there at ${ref}`, { cause: error })
    } finally {
      closeSync(into)
    }
    return copy
  }
  return {
    locate,
    read: (path) => readFileSync(locate(path), "utf8"),
    dispose: () => rmSync(copies, { recursive: true, force: true })
  }
}
