import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "vitest"
import { scenarios } from "../scenarios/all.ts"

const root = join(import.meta.dirname, "../..")
const read = (file: string): string => readFileSync(join(root, file), "utf8")
const platform = read("docs/platform.md")
const headings = new Set([...platform.matchAll(/^#{2,3} (\d+(?:\.\d+)?)\.? /gm)].map(([, number]) => number!))

const sources = execFileSync("git", ["ls-files", "*.ts", "*.tsx", "*.md"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)))

/** The numbers of "platform rules 8.3, 8.6 and 9", also over the end of a line of a comment. */
const citationsIn = (file: string): ReadonlyArray<string> =>
  [...read(file).matchAll(/platform\s+(?:\* )?rules?\s+((?:\d+(?:\.\d+)?)(?:(?:,| and)\s+\d+(?:\.\d+)?)*)/gi)].flatMap(
    ([, numbers]) => [...numbers!.matchAll(/\d+(?:\.\d+)?/g)].map(([number]) => number)
  )

const labels = [
  ...Array.from({ length: 16 }, (_, n) => `D${n + 1}`),
  ...Array.from({ length: 7 }, (_, n) => `S${n + 1}`),
  ...Array.from({ length: 21 }, (_, n) => `T${n + 1}`),
  ...Array.from({ length: 4 }, (_, n) => `W${n + 1}`)
]

describe("docs/platform.md", () => {
  it("has a section for every rule that is cited anywhere", () => {
    const cited = sources.flatMap((file) => citationsIn(file).map((rule) => ({ file, rule })))
    assert.isAbove(cited.length, 150)
    assert.deepStrictEqual(
      cited.filter(({ rule }) => !headings.has(rule)),
      []
    )
  })

  it("links to tests that are there", () => {
    const links = [...platform.matchAll(/\]\((\.\.[^)#]+)\)/g)].map(([, link]) => link!)
    assert.isAbove(links.length, 5)
    const missing = links.filter((link) => !existsSync(join(root, dirname("docs/platform.md"), link)))
    assert.deepStrictEqual(missing, [])
  })

  it("names every worked example, and each is a test of that name", () => {
    const ofFormula = read("packages/core/test/Autoscaler.test.ts")
    for (const label of labels) {
      assert.match(platform, new RegExp(`\\b${label}\\b`), label)
      const isTested =
        scenarios.some((scenario) => scenario.label.startsWith(`${label}:`)) ||
        new RegExp(`"${label}[":]`).test(ofFormula)
      assert.isTrue(isTested, `${label} is not the name of a test`)
    }
  })
})
