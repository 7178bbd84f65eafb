// What the tests of all packages came to, as the last lines of `npm test`: whoever sees only these knows what failed.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { join, relative } from "node:path"
import { root } from "./setup.mjs"

const mostShown = 40

/** Each package that has tests, and where its report is: it is there if its tests ran to the end. */
const packages = () =>
  ["packages", "apps", "test"]
    .flatMap((room) => readdirSync(join(root, room)).map((name) => join(root, room, name)))
    .map((folder) => ({
      folder,
      manifest: join(folder, "package.json"),
      report: join(folder, ".reports", "test.json")
    }))
    .filter(({ manifest }) => existsSync(manifest))
    .map((one) => ({ ...one, ...JSON.parse(readFileSync(one.manifest, "utf8")) }))
    .filter(({ scripts }) => scripts?.test !== undefined)
    .map(({ name, report }) => ({ name, report }))

const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined)

export const forget = () => {
  for (const { report } of packages()) rmSync(report, { force: true })
}

export const results = () => packages().map(({ name, report }) => ({ name, result: read(report) }))

/** The lines that name each failed test with the first line of its error, and count all. */
export const summary = (results) => {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  const lines = []
  const missing = []
  for (const { name, result } of results) {
    if (result === undefined) {
      missing.push(`✘ ${name}\n    its tests did not run, or not to the end: see above`)
      continue
    }
    for (const key of Object.keys(sum)) sum[key] += result[key]
    for (const { error, file, test } of result.failures) {
      const where = file === "" ? name : relative(root, file)
      lines.push(`✘ ${where} > ${test}\n    ${error}`)
    }
  }
  lines.push(...missing)
  const hidden = lines.length - mostShown
  const shown = hidden > 0 ? [...lines.slice(0, mostShown), `and ${hidden} more: see above`] : lines
  const heading = lines.length === 0 ? [] : ["", "── what failed", ...shown]
  return [...heading, "", `${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`]
}
