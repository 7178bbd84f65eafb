// Runs the tests of the package it is called in and leaves what they came to in .reports/test.json. With --no-isolate the files
// of a package share what they import, which takes longer than many of them do: where tests put back what is global.
import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { environment, root, run } from "./setup.mjs"

const folder = process.cwd()
const report = join(folder, ".reports", "test.json")
rmSync(report, { force: true })
mkdirSync(join(folder, ".reports"), { recursive: true })
const args = ["--reporter=default", `--reporter=${join(root, "scripts", "reporter.mjs")}`, ...process.argv.slice(2)]
process.exit(
  run("bun", ["--bun", "vitest", "run", "--config", join(root, "vitest.config.ts"), "--dir", folder, ...args], {
    env: { ...environment(), EBB_TEST_REPORT: report }
  })
)
