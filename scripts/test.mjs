// `npm test`: sets up, then type check, lint, format, dead code, binary and all tests. What did not change is not repeated.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { delimiter, join } from "node:path"
import { environment, root, run, setUp } from "./setup.mjs"

/** Programs that some tests need and skip without: what is there is part of what a result stands for. */
const tools = ["chromium", "fish", "go", "gunicorn", "nginx", "php", "ruby", "tmux", "uvicorn", "zsh"]

const isThere = (tool) =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, tool)))

const turbo = (title, args) => {
  process.stdout.write(`\n── ${title}\n`)
  const env = { ...environment(), EBB_TEST_TOOLS: tools.filter(isThere).join(" ") }
  return run("turbo", ["run", ...args, "--env-mode=loose", "--ui=stream", "--output-logs=new-only"], { env })
}

const reports = () =>
  ["packages", "apps", "test"]
    .flatMap((room) => readdirSync(join(root, room)).map((name) => join(root, room, name, ".reports", "test.json")))
    .filter((file) => existsSync(file))

const counted = () => {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const file of reports()) {
    const { numFailedTests, numPassedTests, numPendingTests } = JSON.parse(readFileSync(file, "utf8"))
    sum.passed += numPassedTests
    sum.failed += numFailedTests
    sum.skipped += numPendingTests
  }
  return sum
}

setUp()
for (const file of reports()) rmSync(file)
if (turbo("types, lint, format, dead code", ["typecheck", "lint", "format:check", "dead-code"]) !== 0) process.exit(1)
// Its servers are judged by when they answer: nothing else runs beside them.
const alone = turbo("tests of the drain check", ["test", "--filter=@ebb/drain-check"])
const others = turbo("tests", ["test", "--filter=!@ebb/drain-check", "--continue", "--concurrency=2"])
const status = alone !== 0 ? alone : others
const { failed, passed, skipped } = counted()
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exit(status !== 0 || passed === 0 ? 1 : 0)
