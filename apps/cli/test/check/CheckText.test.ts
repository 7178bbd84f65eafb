import * as Assertion from "@ebb/drain-check/Assertion"
import { defaults } from "@ebb/drain-check/CheckSettings"
import type { CheckReport, Rollout } from "@ebb/drain-check/CheckReport"
import * as Findings from "@ebb/drain-check/findings/Findings"
import type * as Servers from "@ebb/drain-check/findings/Servers"
import { kinds } from "@ebb/drain-check/findings/Servers"
import * as CheckText from "@ebb/cli/commands/check/CheckText"
import { assert, describe, expect, it } from "@effect/vitest"
import { drained } from "../../../../packages/drain-check/test/Reports.ts"

const killed: Rollout = {
  ...drained,
  run: "force",
  signal: "SIGKILL",
  inFlight: 25,
  answered: 0,
  cut: 25,
  exit: { code: null, signal: "SIGKILL", afterMs: 3, neededKill: false }
}

const ended: Rollout = {
  ...drained,
  answered: 4,
  cut: 19,
  after: { ...drained.after, refused: 31 },
  firstCutAfterMs: 4,
  lastCutAfterMs: 4,
  workedForMs: 0,
  reactedWithinMs: null,
  waitedFor: 0,
  listenerClosedAfterMs: null,
  listenerClosedForMs: 0,
  exit: { code: null, signal: "SIGTERM", afterMs: 4, neededKill: false }
}

const settings = { ...defaults, command: ["node", "server.js"], cwd: "/" }

const reportOn = (graceful: Rollout, server: Servers.ServerKind = kinds.node, given = settings): CheckReport => {
  const facts = { settings: given, graceful, kept: null, idle: null, firstProgram: "node", server }
  const advice = Findings.find(facts)
  return {
    version: 1,
    command: given.command,
    server: server.name,
    graceful,
    kept: null,
    idle: null,
    force: killed,
    advice,
    assertions: [],
    passed: advice.every(({ isProblem }) => !isProblem)
  }
}

const shown = (graceful: Rollout, columns = 100, unicode = true): string =>
  CheckText.render(reportOn(graceful), settings, { isTerminal: true, colour: false, unicode, columns })

describe("the answer for people", () => {
  it("says how much grace a server that drains needs", () => {
    expect(shown(drained)).toMatchInlineSnapshot(`
      "Ready after 312 ms on port 21873. 50 requests/s; SIGTERM after 3 s.

                 in flight   answered        cut   refused after             exit
      graceful          23         23          0               0   0 after 871 ms
      force             25          0         25               –           killed

      ✓ This server drains. A graceful rollout costs its callers nothing with a grace period of 900 ms or
        more.
      "
    `)
  })

  it("does not call a session answered that was closed", () => {
    const counts = { open: 23, closed: 23, cut: 0, messages: 40, replies: 40, unasked: 0, pending: 9, lostMessages: 0 }
    const sessions = { ...counts, quickestReplyMs: 30, codes: { 1001: 23 } }
    const [, , headers] = shown({ ...drained, traffic: "sessions", sessions }).split("\n")
    assert.match(headers ?? "", /^ +open +closed +cut +refused after +exit$/u)
  })

  it("says what was lost, why, and what to write", () => {
    expect(shown(ended)).toMatchInlineSnapshot(`
      "Ready after 312 ms on port 21873. 50 requests/s; SIGTERM after 3 s.

                 in flight   answered        cut   refused after               exit
      graceful          23          4         19              31   143 after 4.0 ms
      force             25          0         25               –             killed

      ✘ 19 of 23 requests in flight were cut: SIGTERM ended the process after 4.0 ms. Either nothing in it
        handles the signal, or its handler exits without waiting.
        Handle SIGTERM: close the listener, answer what is in flight, then exit.
        In Node:  process.on("SIGTERM", () => server.close(() => process.exit(0)))
        More: ebb docs draining
      • 31 connections were refused after SIGTERM.
        That costs nothing if the platform stops sending first. Behind a router that learns of the end
        late, keep serving for a while; --linger 5s checks that.
      "
    `)
  })

  it("stays within a narrow terminal that knows ASCII only", () => {
    const after = { ...ended.after, refused: 3, cut: 2 }
    const text = shown({ ...ended, after, errored: 1, answered: 3 }, 60, false)
    expect(text).toMatchInlineSnapshot(`
      "Ready after 312 ms on port 21873. 50 requests/s; SIGTERM after 3 s.

                 in flight   answered     errors        cut
      graceful          23          3          1         19
      force             25          0          0         25

                 cut later   refused after               exit
      graceful           2               3   143 after 4.0 ms
      force              -               -             killed

      x 19 of 23 requests in flight were cut: SIGTERM ended the
        process after 4.0 ms. Either nothing in it handles the
        signal, or its handler exits without waiting.
        Handle SIGTERM: close the listener, answer what is in
        flight, then exit.
        In Node:
          process.on("SIGTERM", () => server.close(() => process.exit(0)))
      x 1 of 23 requests in flight was answered with an error
        after SIGTERM, and none before.
        Close what requests need (pools, queues, workers) only
        after the last of them is answered.
        More: ebb docs draining
      - 3 connections were refused after SIGTERM.
        That costs nothing if the platform stops sending first.
        Behind a router that learns of the end late, keep serving
        for a while; --linger 5s checks that.
      "
    `)
    assert.match(text, /^\p{ASCII}*$/u)
  })

  it("puts code below its heading where it does not fit behind it, and does not break it", () => {
    const terminal = { isTerminal: true, colour: false, unicode: true, columns: 80 }
    const text = CheckText.render(reportOn(ended, kinds.go), settings, terminal)
    assert.include(
      text,
      "\n  In Go:\n    ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)\n    go server"
    )
    assert.isTrue(text.split("\n").every((line) => line.length <= 80))
  })

  it("asks for as much grace as the slowest request needs, though those in flight were nearly done", () => {
    const lucky = { ...drained, lastAnswerAfterMs: 120, exit: { ...drained.exit, afterMs: 150 } }
    assert.include(shown(lucky), "with a grace period of 900 ms or\n  more.")
  })

  it("asks for as much grace as the slowest of its rollouts took", () => {
    const kept: Rollout = { ...drained, run: "kept", exit: { ...drained.exit, afterMs: 7100 } }
    const text = CheckText.render({ ...reportOn(drained), kept }, settings, {
      isTerminal: true,
      colour: false,
      unicode: true,
      columns: 100
    })
    assert.include(text, "with a grace period of 7.2 s or")
  })

  it("says that it is not known whether the answers were whole, and not that a rollout costs nothing", () => {
    const text = shown({ ...drained, endsUnknown: 23 })
    assert.include(
      text,
      "• Nothing was cut, with a grace period of 900 ms or more. Whether the answers were whole is not"
    )
    assert.include(text, "• Nothing tells whether 23 answers after SIGTERM were whole")
    assert.include(text, "--expect '[DONE]'")
    assert.notMatch(text, /✓|costs its callers/u)
  })

  it("does not praise answers with other keys, and calls those with another status others", () => {
    const otherKeys = { count: 23, usual: "ok, n", got: "error" }
    const doubted = shown({ ...drained, otherKeys })
    assert.include(doubted, "Whether the answers were the right")
    assert.include(
      doubted,
      "• 23 answers after SIGTERM lacked keys that all answers before had (ok, n): the first has error."
    )
    assert.notMatch(doubted, /✓|costs its callers/u)
    const short = { count: 20, why: "status", usual: "200", got: "302" } as const
    const text = shown({ ...drained, answered: 3, short })
    assert.match(text, /in flight +answered +other +cut/u)
    assert.include(
      text,
      "✘ 20 of 23 requests in flight were answered with status 302, where all answers before SIGTERM had"
    )
  })

  it("praises no server that has proved nothing", () => {
    const fast = { ...drained, before: { ...drained.before, quickestMs: 3 }, inFlight: 0, answered: 0 }
    const text = shown(fast)
    assert.include(text, "✘ No request was in flight at SIGTERM")
    assert.include(text, "Choose a slower path with --path")
    assert.notInclude(text, "This server drains.")
    assert.include(shown({ ...fast, before: drained.before }), "Check on a less busy machine.")
  })

  it("says what became of the requests after the signal where that was asked for", () => {
    const given = { ...settings, lingerMs: 5000, mustServeLinger: true }
    const slices = [
      { fromMs: 0, answered: 50, errored: 0, refused: 0, cut: 0 },
      { fromMs: 1000, answered: 10, errored: 0, refused: 40, cut: 0 }
    ]
    const graceful = {
      ...drained,
      after: { ...drained.after, answered: 60, refused: 40, slices },
      failedWithinLinger: 40
    }
    const terminal = { isTerminal: true, colour: false, unicode: true, columns: 100 }
    const text = CheckText.render(reportOn(graceful, kinds.node, given), given, terminal)
    assert.include(text, "Requests sent after SIGTERM, from 0 s: 50 answered; from 1 s: 10 answered, 40 refused.")
    assert.include(text, "40 requests that came within 5 s of SIGTERM")
  })

  it("shows the assertions that were made and for which values", () => {
    const checked = ["endsWithin < 3s", "refusedAfter == 0", "kept.exit.afterMs < 1s"].map((text) =>
      Assertion.parse(text)
    )
    const report = Assertion.apply(checked, reportOn({ ...drained, after: { ...drained.after, refused: 31 } }))
    const terminal = { isTerminal: true, colour: false, unicode: true, columns: 100 }
    const text = CheckText.render(report, settings, terminal)
    assert.isFalse(report.passed)
    assert.include(text, "✓ endsWithin < 3s (871 ms)\n✘ refusedAfter == 0 (31)\n✘ kept.exit.afterMs < 1s (not seen)\n")
  })
})
