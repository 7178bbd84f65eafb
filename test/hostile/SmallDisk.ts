import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const run = (command: string, ...args: ReadonlyArray<string>): boolean => spawnSync(command, args).status === 0

/** Why a test is skipped that needs one. */
export const noSmallDisk = "nobody may mount a file system here, so there is no small disk to fill"

/** A file system of a few MiB in memory; it takes the rights to mount one. */
export class SmallDisk {
  readonly path = mkdtempSync(join(tmpdir(), "ebb-disk-"))
  /** Whether this machine lets us have one. */
  readonly isThere: boolean

  constructor(mebibytes: number) {
    this.isThere = run("mount", "-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", this.path)
  }

  /** Leaves only so many bytes, or fewer where somebody else writes meanwhile. */
  fill(leftBytes: number): void {
    const { bavail, bsize } = statfsSync(this.path)
    try {
      writeFileSync(join(this.path, "ballast"), Buffer.alloc(Math.max(0, bavail * bsize - leftBytes)))
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error
    }
  }

  makeRoom(): void {
    rmSync(join(this.path, "ballast"))
  }

  remount(how: "ro" | "rw"): boolean {
    return run("mount", "-o", `remount,${how}`, this.path)
  }

  remove(): void {
    if (this.isThere) run("umount", "-l", this.path)
    rmSync(this.path, { recursive: true, force: true })
  }
}
