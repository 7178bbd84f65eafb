import { CheckReport } from "@ebb/drain-check/CheckReport"
import * as ProcessTable from "@ebb/processes/ProcessTable"
import { Schema } from "effect"
import { readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as RunEbb from "../RunEbb.ts"
import { folder } from "../../../../packages/drain-check/test/Checking.ts"

const run = (words: ReadonlyArray<string>, surroundings = {}): Promise<RunEbb.Ran> =>
  RunEbb.run(["check", ...words], { cwd: folder, env: { COLUMNS: "100" }, ...surroundings })

const lastLine = ({ err }: RunEbb.Ran): string => err.trimEnd().split("\n").at(-1) ?? ""

const commandLine = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8")
  } catch {
    // It ended meanwhile.
    return ""
  }
}

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(CheckReport))

describe("what cannot be checked is refused in one line", () => {
  it.each([
    [[], "✘ Name the command that starts the server: ebb check -- node server.js"],
    [["--"], "✘ Name the command that starts the server: ebb check -- node server.js"],
    [["--", "no-such-command"], '✘ there is no command "no-such-command"'],
    [
      ["--rate", "50", "--", "node"],
      "ebb check: error: argument --rate: must be a rate over 0 and at most 1000/s, such as 50/s or 30/m, got '50'"
    ],
    [
      ["--grace", "soon", "--", "node"],
      "ebb check: error: argument --grace: must be a duration such as 500ms, 10s or 2m, got 'soon'"
    ],
    [
      ["--path", "slow", "--", "node"],
      "ebb check: error: argument --path: must start with / and hold no blanks, got 'slow'"
    ],
    [
      ["--header", "no colon", "--", "node"],
      "ebb check: error: argument --header: must be 'Name: value', got 'no colon'"
    ],
    [
      ["--status", "ok", "--", "node"],
      "ebb check: error: argument --status: must be statuses such as 200, 2xx or 200,404, got 'ok'"
    ],
    [
      ["--assert", "graceful.cuts == 0", "--", "node"],
      "ebb check: error: argument --assert: there is no cuts in graceful; did you mean cut?, got 'graceful.cuts == 0'"
    ],
    [
      ["--assert", "refusedAfter < 30s", "--", "node"],
      "ebb check: error: argument --assert: refusedAfter is a number without a unit; write < 30, got 'refusedAfter < 30s'"
    ],
    [
      ["--assert", "endsWithin < 30%", "--", "node"],
      "ebb check: error: argument --assert: endsWithin is a time; write < 30 with ms, s, m or h, such as < 30s, got 'endsWithin < 30%'"
    ],
    [
      ["--assert", "listensItself < 1s", "--", "node"],
      "ebb check: error: argument --assert: listensItself is true or false; write == true or == false, got 'listensItself < 1s'"
    ]
  ])("%j", async (words, line) => {
    const ran = await run(words)
    assert.deepStrictEqual([ran.code, ran.out, lastLine(ran)], [2, "", line])
  })
})

describe.concurrent("ebb check", () => {
  it("checks a server from one line, options before the command and its own behind it", async () => {
    const { code, err, out } = await run(["--json", "--rate", "100/s", "--", "node", "closes-well.mjs", "--json"])
    assert.deepStrictEqual([code, err], [0, ""])
    const report = decode(out)
    assert.isTrue(report.passed)
    assert.deepStrictEqual(report.command, ["node", "closes-well.mjs", "--json"])
    assert.strictEqual(report.graceful?.cut, 0)
  })

  it("answers 1 for a server that is not to be reached", async () => {
    const { code, out } = await run(["--startup", "300ms", "--", "sleep", "1000"])
    assert.strictEqual(code, 1)
    assert.match(out, /^✘ Nothing listened on PORT=\d+ within 0\.3 s\./u)
  })

  it("writes its answer as Markdown too, and refuses at once what it could not write", async () => {
    const file = join(tmpdir(), `check-${process.pid}.md`)
    const { code, err, out } = await run(["--markdown", file, "--startup", "300ms", "--", "sleep", "1000"])
    assert.deepStrictEqual([code, err], [1, `Markdown written to ${file}\n`])
    assert.strictEqual(
      readFileSync(file, "utf8"),
      `### Whether the server drains was not proved\n\n\`\`\`\n${out}\`\`\`\n`
    )
    rmSync(file)
    const refused = await run(["--markdown", tmpdir(), "--", "no-such-command"])
    assert.strictEqual(refused.code, 2)
    assert.match(refused.err, /^✘ --markdown \S+ cannot be written: /u)
  })

  it("leaves no process behind when it is interrupted", async () => {
    const controller = new AbortController()
    const name = `interrupted-${process.pid}`
    const running = run(["--", "node", "node-drains.mjs", name], { interrupted: controller.signal })
    const isOurs = ({ pid }: ProcessTable.Entry): boolean => commandLine(pid).includes(name)
    while (!ProcessTable.living().some(isOurs)) await new Promise(setImmediate)
    controller.abort()
    const { code, err } = await running
    assert.deepStrictEqual([code, err], [130, "✘ Aborted.\n"])
    assert.isFalse(ProcessTable.living().some(isOurs))
  })
})
