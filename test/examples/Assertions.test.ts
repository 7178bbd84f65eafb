import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { spawnSync } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it, onTestFinished } from "vitest"

const root = join(import.meta.dirname, "../..")
const assertions = readFileSync(join(root, "docs/ci.md"), "utf8").match(/(?<=^\| `)\w+\.[^`]+(?=`)/gm) ?? []

it("docs/ci.md shows assertions that can be made", () => {
  const folder = mkdtempSync(join(tmpdir(), "ebb-ci-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  assert.isAbove(assertions.length, 3)
  const checks = assertions.flatMap((text) => ["--assert", text])
  const modes = ["--mode", "graceful", "--mode", "force"]
  const args = [join(root, "apps/cli/src/main.ts"), "rehearse", "--preset", "llm", "--seeds", "2", ...modes, ...checks]
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" })
  assert.oneOf(status, [0, 1], stderr)
  for (const assertion of assertions) assert.include(stdout, assertion)
})
