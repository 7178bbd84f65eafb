import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { emptyFolder, installMs, plainEnv, printed, root, run } from "./Packed.ts"

const hasPython = spawnSync("python3", ["-c", "import venv, ensurepip"]).status === 0

describe.runIf(hasPython)("the wheel, in a new venv", () => {
  const folder = emptyFolder()
  afterAll(folder.remove)
  const venv = join(folder.path, "venv")
  const python = (name: string): string => join(venv, "bin", name)
  // As a tool that is installed by itself has it: nothing of the repository in the environment.
  const env = { ...plainEnv(), PIP_DISABLE_PIP_VERSION_CHECK: "1" }

  beforeAll(() => {
    const packed = join(folder.path, "packed")
    const lines = printed("bun", ["scripts/pack/packLauncher.ts", packed], root, process.env).trim().split("\n")
    printed("python3", ["-m", "venv", venv], folder.path, env)
    printed(python("pip"), ["install", "--quiet", "--no-index", lines.at(-1)!], folder.path, env)
  }, installMs)

  it("installs without an index, and runs under both of its names", () => {
    const version = printed(join(root, "dist/ebb"), ["--version"], root)
    for (const name of ["ebb", "ebb-rehearsal"])
      assert.strictEqual(printed(python(name), ["--version"], folder.path, env), version)
    const module = printed(python("python"), ["-m", "ebb_rehearsal", "--version"], folder.path, env)
    assert.strictEqual(module, version)
    const out = printed(python("ebb-rehearsal"), ["rehearse", "--preset", "media", "--seeds", "2"], folder.path, env)
    assert.match(out, /^preset media · /)
  })

  it("gives ebb's exit code, and all that it says", () => {
    const { status, stderr } = run(python("ebb"), ["rehearse", "none.yaml"], folder.path, env)
    assert.deepStrictEqual([status, stderr], [2, "✘ none.yaml: no such file or directory\n"])
  })

  it("is what it says it is: every file in its record, with the notices", () => {
    const shown = printed(python("pip"), ["show", "--files", "ebb-rehearsal"], folder.path, env)
    assert.match(shown, /^Version: \d+\.\d+\.\d+$/m)
    assert.match(shown, /licenses\/THIRD-PARTY-LICENSES\.txt$/m)
    assert.strictEqual(run(python("pip"), ["check"], folder.path, env).status, 0)
  })
})
