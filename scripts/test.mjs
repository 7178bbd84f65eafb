// `npm test`: sets up, then type check, lint and all tests.
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compile } from "./compile.mjs"
import { environment, run, setUp } from "./setup.mjs"

const step = (title, command, args) => {
  process.stdout.write(`\n── ${title}\n`)
  const status = run(command, args, { env: environment() })
  if (status !== 0) process.exit(status)
}

const counted = (file) => {
  const { numFailedTests, numPassedTests, numPendingTests } = JSON.parse(readFileSync(file, "utf8"))
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests }
}

setUp()
step("types", "tsc", ["-b"])
step("lint", "oxlint", ["--deny-warnings"])
step("format", "oxfmt", ["--check"])
step("dead code", "knip", ["--no-progress"])
process.stdout.write("\n── binary\n")
compile()
process.stdout.write("\n── tests\n")
const folder = mkdtempSync(join(tmpdir(), "ebb-test-"))
const report = join(folder, "report.json")
const status = run(
  "bun",
  ["--bun", "vitest", "run", "--pool=threads", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
  { env: environment() }
)
const { failed, passed, skipped } = counted(report)
rmSync(folder, { recursive: true })
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exit(status !== 0 || passed === 0 ? 1 : 0)
