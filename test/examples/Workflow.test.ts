import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { Schema } from "effect"
import { assert, describe, it } from "@effect/vitest"
import { onTestFinished } from "vitest"

const root = join(import.meta.dirname, "../..")
const assertions = readFileSync(join(root, "docs/ci.md"), "utf8").match(/(?<=^\| `)[^`]+(?=`)/gm) ?? []

const Workflow = Schema.Struct({
  defaults: Schema.Struct({ run: Schema.Struct({ shell: Schema.Literal("bash") }) }),
  jobs: Schema.Struct({
    rehearse: Schema.Struct({
      steps: Schema.Array(
        Schema.Struct({ name: Schema.optionalKey(Schema.String), run: Schema.optionalKey(Schema.String) })
      )
    })
  })
})

const workflow = Schema.decodeUnknownSync(Workflow)(
  Bun.YAML.parse(readFileSync(join(root, "examples/github-actions/rehearse.yml"), "utf8"))
)

/** A folder as a runner of GitHub has it: ebb on the path, a file for the summary. */
const workspace = (start: string) => {
  const folder = mkdtempSync(join(tmpdir(), "ebb-workflow-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const ebb = join(folder, "ebb")
  writeFileSync(ebb, `#!/bin/sh\nexec "${process.execPath}" "${join(root, "apps/cli/src/main.ts")}" "$@"\n`)
  chmodSync(ebb, 0o755)
  const summary = join(folder, "summary.md")
  const PATH = `${folder}${delimiter}${process.env["PATH"]}`
  const env = { ...process.env, PATH, START: start, GITHUB_STEP_SUMMARY: summary }
  const bash = (script: string) => {
    // As GitHub runs a step whose shell is named bash.
    const { status, stderr, stdout } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      cwd: folder,
      encoding: "utf8",
      env
    })
    return { status, text: stdout + stderr }
  }
  const step = (name: string) => bash(workflow.jobs.rehearse.steps.find((step) => step.name === name)?.run ?? "exit 99")
  const summaryText = () => (existsSync(summary) ? readFileSync(summary, "utf8") : "")
  return { bash, folder, step, summaryText }
}

describe("examples/github-actions/rehearse.yml", () => {
  it("fails the step of a server that does not drain, passes the rehearsal, and shows both tables", () => {
    const { bash, folder, step, summaryText } = workspace(`bun ${join(import.meta.dirname, "fixtures/abrupt.mjs")}`)
    assert.strictEqual(bash("ebb init").status, 0)

    const check = step("How the server drains")
    assert.strictEqual(check.status, 1, check.text)
    const rehearsal = step("What a rollout costs")
    assert.strictEqual(rehearsal.status, 0, rehearsal.text)
    assert.strictEqual(step("Write the summary").status, 0)

    assert.match(summaryText(), /^### How the server drains\n\n```\n(.*\n)+graceful .*\n(.*\n)*```\n/m)
    assert.match(summaryText(), /^### What a rollout costs\n\n```\n(.*\n)+.*errored .*\n(.*\n)*```\n/m)
    assert.isTrue(existsSync(join(folder, "rehearsal.html")))
  })

  it("fails the step of a rehearsal whose assertion does not hold", () => {
    const { bash, step } = workspace("true")
    bash("ebb init && sed -i 's/^  termination_grace_period:.*/  termination_grace_period: 0s/' ebb.yaml")
    const rehearsal = step("What a rollout costs")
    assert.strictEqual(rehearsal.status, 1, rehearsal.text)
    assert.include(rehearsal.text, "✘ graceful.inFlight.errored == 0")
  })

  it("writes a summary of what there is when a step before it broke off", () => {
    const { step, summaryText } = workspace("true")
    assert.strictEqual(step("Write the summary").status, 0)
    assert.strictEqual(summaryText(), "")
  })
})

describe("docs/ci.md", () => {
  it("shows assertions that can be made", () => {
    const { bash } = workspace("true")
    assert.isAbove(assertions.length, 3)
    const given = assertions.map((text) => `--assert "${text}"`).join(" ")
    const { status, text } = bash(`ebb init && ebb rehearse --mode graceful --mode force --seeds 2 ${given}`)
    assert.oneOf(status, [0, 1], text)
    for (const assertion of assertions) assert.include(text, assertion)
  })
})
