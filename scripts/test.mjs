// `npm test`: sets up, then type check, lint, format, dead code, binary and all tests. What did not change is not repeated.
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"
import { forget, results, summary } from "./results.mjs"
import { environment, run, setUp } from "./setup.mjs"

/** Programs that some tests need and skip without: what is there is part of what a result stands for. */
const tools = [
  "chromium",
  "chromium-headless-shell",
  "fish",
  "go",
  "gunicorn",
  "nginx",
  "php",
  "ruby",
  "tmux",
  "uvicorn",
  "zsh"
]

const isThere = (tool) =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, tool)))

const turbo = (title, args) => {
  process.stdout.write(`\n── ${title}\n`)
  const env = { ...environment(), EBB_TEST_TOOLS: tools.filter(isThere).join(" ") }
  return run("turbo", ["run", ...args, "--env-mode=loose", "--ui=stream", "--output-logs=new-only"], { env })
}

setUp()
forget()
// Of all packages at once: each by itself would read the types of the libraries again.
if (turbo("types, lint, format, dead code", ["typecheck", "lint", "format:check", "dead-code", "--filter=//"]) !== 0) {
  process.stdout.write("\n✘ types, lint, format or dead code: see above. No test was run.\n")
  process.exit(1)
}
// Its servers are judged by when they answer: nothing else runs beside them.
const alone = turbo("tests of the drain check", ["test", "--filter=@ebb/drain-check"])
const others = turbo("tests", ["test", "--filter=!@ebb/drain-check", "--continue", "--concurrency=2"])
const status = alone !== 0 ? alone : others
const found = results()
process.stdout.write(`${summary(found).join("\n")}\n`)
const passed = found.some(({ result }) => result !== undefined && result.passed > 0)
process.exit(status === 0 && passed ? 0 : 1)
