// A reporter for vitest: writes to EBB_TEST_REPORT how many tests passed, and of each that failed its name and first line.
import { writeFileSync } from "node:fs"
import { stripVTControlCharacters } from "node:util"

const longest = 200

const firstLine = (error) => {
  const said = stripVTControlCharacters(String(error?.message ?? error)).trim()
  const name = error?.name === undefined || error.name === "Error" ? "" : `${error.name}: `
  const line = `${name}${said.split("\n", 1)[0]}`
  return line.length > longest ? `${line.slice(0, longest)} …` : line
}

/** What failed in a module outside its tests: while it was loaded, and in the hooks of its suites. */
const beside = (module) => {
  const failures = module
    .errors()
    .map((error) => ({ file: module.moduleId, test: "the file itself", error: firstLine(error) }))
  for (const suite of module.children.allSuites()) {
    for (const error of suite.errors()) {
      failures.push({ file: module.moduleId, test: suite.fullName, error: firstLine(error) })
    }
  }
  const isOver = !["pending", "queued"].includes(module.state())
  if (!isOver) failures.push({ file: module.moduleId, test: "the file itself", error: "did not end" })
  return failures
}

export default class Reporter {
  onTestRunEnd(modules, unhandled) {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    const failures = unhandled.map((error) => ({ file: "", test: "outside any test", error: firstLine(error) }))
    for (const module of modules) {
      failures.push(...beside(module))
      for (const test of module.children.allTests()) {
        const { errors, state } = test.result()
        if (state in counts) counts[state] += 1
        if (state === "failed") {
          failures.push({ file: module.moduleId, test: test.fullName, error: firstLine(errors[0]) })
        }
      }
    }
    writeFileSync(process.env.EBB_TEST_REPORT, JSON.stringify({ ...counts, failures }))
  }
}
