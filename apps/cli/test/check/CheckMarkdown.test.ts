import * as CheckMarkdown from "@ebb/cli/commands/check/CheckMarkdown"
import type { Advice, CheckReport } from "@ebb/drain-check/CheckReport"
import { defaults } from "@ebb/drain-check/CheckSettings"
import { codes } from "@ebb/drain-check/findings/Codes"
import { assert, describe, it } from "@effect/vitest"
import { drained } from "../../../../packages/drain-check/test/Reports.ts"

const settings = { ...defaults, command: ["node", "server.js"], cwd: "/" }

const finding = (code: Advice["code"], isProblem = true, text = "Something."): Advice => ({
  code,
  isProblem,
  text,
  remedy: null,
  snippet: null
})

const reportOf = (advice: ReadonlyArray<Advice>, rest: Partial<CheckReport> = {}): CheckReport => ({
  version: 1,
  command: settings.command,
  server: null,
  graceful: drained,
  kept: null,
  idle: null,
  force: null,
  advice,
  assertions: [],
  passed: false,
  ...rest
})

const titleOf = (advice: ReadonlyArray<Advice>, rest?: Partial<CheckReport>): string =>
  CheckMarkdown.render(reportOf(advice, rest), settings).split("\n")[0] ?? ""

const unproved = "### Whether the server drains was not proved"
const fails = "### The server does not drain"

describe("the title of a check", () => {
  it("says of a server that was not put to the test neither that it drains nor that it does not", () => {
    for (const code of [
      "does-not-listen",
      "never-ready",
      "not-found",
      "nothing-in-flight",
      "too-busy",
      "drain-unproved",
      "kept-unproved"
    ] as const)
      assert.strictEqual(titleOf([finding(code)]), unproved, code)
    assert.strictEqual(titleOf([finding("unknown-protocol")]), "### The server was not checked")
  })

  it("is no good one for any problem", () => {
    for (const code of codes) assert.notMatch(titleOf([finding(code)]), /### (The server drains|Nothing was cut)/)
  })

  it("says that it does not drain where one problem shows it, whatever else proves nothing", () => {
    assert.strictEqual(titleOf([finding("cuts-connections")]), fails)
    assert.strictEqual(titleOf([finding("too-busy"), finding("exit-code")]), fails)
  })

  it("says what is not known of one that cut nothing, and which checks fail", () => {
    assert.strictEqual(titleOf([finding("refuses-at-once", false)]), "### The server drains")
    assert.strictEqual(
      titleOf([finding("ends-unknown", false)]),
      "### Nothing was cut. Whether the answers were whole is not known"
    )
    const assertions = [
      { text: "endsWithin < 1ms", passed: false, actual: 871 },
      { text: "cutAfter == 0", passed: true, actual: 0 }
    ]
    assert.strictEqual(titleOf([], { assertions }), "### The server drains, 1 check fails")
  })
})

it("the answer stands between fences, whatever it holds", () => {
  const text = CheckMarkdown.render(reportOf([finding("never-ready", true, "It said ```` @all")]), settings)
  assert.match(text, /^### [^\n]+\n\n`{5}\nReady after 312 ms [^]*\n✘ It said ```` @all\n[^]*\n`{5}\n$/)
})
