import * as Findings from "@ebb/drain-check/Findings"
import type { CheckReport, Rollout } from "@ebb/drain-check/CheckReport"
import * as CheckText from "@ebb/cli/commands/check/CheckText"
import { snippets } from "@ebb/drain-check/Snippets"
import * as Verdict from "@ebb/drain-check/Verdict"
import { assert, describe, expect, it } from "@effect/vitest"
import { settings } from "../../../../packages/drain-check/test/Checking.ts"

const drained: Rollout = {
  signal: "SIGTERM",
  port: 21_873,
  readyAfterMs: 312,
  before: { answered: 150, errored: 0, lost: 0, statuses: { 200: 150 }, slowestMs: 861 },
  inFlight: 23,
  answered: 23,
  errored: 0,
  cut: 0,
  after: { answered: 0, refused: 0, cut: 0 },
  stoppedAcceptingAfterMs: 5,
  lastAnswerAfterMs: 855,
  lastCutAfterMs: null,
  exit: { code: 0, signal: null, afterMs: 871, neededKill: false },
  idleConnections: { open: 4, closed: 4, reset: 0, held: 0 },
  waitedForIdle: false,
  sigterm: "handled",
  listensItself: true,
  childrenLeft: 0,
  servesOn: false
}

const killed: Rollout = {
  ...drained,
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
  after: { answered: 0, refused: 31, cut: 0 },
  lastCutAfterMs: 4,
  exit: { code: null, signal: "SIGTERM", afterMs: 4, neededKill: false }
}

const reportOn = (graceful: Rollout): CheckReport => ({
  version: 1,
  command: ["node", "server.js"],
  graceful,
  force: killed,
  advice: Findings.find(graceful, { graceMs: 10_000, firstProgram: "node", snippet: snippets.node }),
  passed: Verdict.drains(graceful)
})

const shown = (graceful: Rollout, columns = 100, unicode = true): string =>
  CheckText.render(reportOn(graceful), settings(["node", "server.js"], { ratePerSecond: 50, loadMs: 3000 }), {
    isTerminal: true,
    colour: false,
    unicode,
    columns
  })

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

  it("says what was lost, why, and what to write", () => {
    expect(shown(ended)).toMatchInlineSnapshot(`
      "Ready after 312 ms on port 21873. 50 requests/s; SIGTERM after 3 s.

                 in flight   answered        cut   refused after               exit
      graceful          23          4         19              31   143 after 4.0 ms
      force             25          0         25               –             killed

      ✘ 19 of 23 requests in flight were cut: the process ended 4.0 ms after SIGTERM. It has no SIGTERM
        handler.
        In Node:  process.on("SIGTERM", () => server.close(() => process.exit(0)))
        More: ebb docs draining
      "
    `)
  })

  it("stays within a narrow terminal that knows ASCII only", () => {
    const text = shown({ ...ended, after: { answered: 0, refused: 3, cut: 2 }, errored: 1, answered: 3 }, 60, false)
    expect(text).toMatchInlineSnapshot(`
      "Ready after 312 ms on port 21873. 50 requests/s; SIGTERM after 3 s.

                 in flight   answered     errors        cut
      graceful          23          3          1         19
      force             25          0          0         25

                 cut later   refused after               exit
      graceful           2               3   143 after 4.0 ms
      force              -               -             killed

      x 19 of 23 requests in flight were cut: the process ended
        4.0 ms after SIGTERM. It has no SIGTERM handler.
        In Node:
          process.on("SIGTERM", () => server.close(() => process.exit(0)))
      x 1 request in flight was answered with a server error after
        SIGTERM, and none before.
        More: ebb docs draining
      "
    `)
    assert.match(text, /^\p{ASCII}*$/u)
  })

  it("puts code below its heading where it does not fit behind it, and does not break it", () => {
    const { graceful: _, ...rest } = reportOn(ended)
    const advice = Findings.find(ended, { graceMs: 10_000, firstProgram: "server", snippet: snippets.go })
    const terminal = { isTerminal: true, colour: false, unicode: true, columns: 80 }
    const text = CheckText.render({ ...rest, graceful: ended, advice }, settings(["./server"]), terminal)
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

  it("does not praise a server without a handler that was fast enough this time", () => {
    const text = shown({ ...drained, sigterm: "default", exit: { ...ended.exit, afterMs: 8 } })
    assert.include(text, "✓ Nothing was cut this time.")
    assert.include(text, "it has no SIGTERM handler.")
    assert.include(text, 'process.on("SIGTERM"')
    assert.notInclude(text, "This server drains.")
  })

  it("does not praise where most requests fail anyway, and says how", () => {
    const text = shown({ ...drained, errored: 23, answered: 0, before: failing })
    assert.include(text, "✓ Nothing was cut, but most requests fail anyway.")
    assert.include(text, "150 of 150 requests failed before the rollout already, with status 500.")
  })

  it("asks for a better path where there is nothing at this one", () => {
    const text = shown({ ...drained, before: { ...drained.before, statuses: { 200: 1, 404: 149 } } })
    assert.include(text, "149 of 150 requests were answered with status 404.")
    assert.include(text, "--path")
  })

  it("shows a Node server that waits for idle connections how to close them", () => {
    const text = shown({ ...drained, waitedForIdle: true, exit: { ...drained.exit, neededKill: true } })
    assert.include(text, "server.closeIdleConnections()")
  })

  it("does not praise where nothing was in flight", () => {
    assert.include(shown({ ...drained, inFlight: 0, answered: 0 }), "Choose a slower one with --path.")
  })
})

const failing = { ...drained.before, answered: 0, errored: 150, statuses: { 500: 150 } }

describe("a rollout passes", () => {
  const passes = (changes: Partial<Rollout>): boolean => Verdict.drains({ ...drained, ...changes })

  it("with exit code 0, with 143, and ended by the SIGTERM it was sent", () => {
    const exits = [
      { code: 0, signal: null },
      { code: 143, signal: null },
      { code: null, signal: "SIGTERM" }
    ]
    for (const exit of exits) assert.isTrue(passes({ exit: { ...exit, afterMs: 1, neededKill: false } }))
  })

  it("with no other, not after SIGKILL and not with a request lost", () => {
    const exit = { code: 1, signal: null, afterMs: 1, neededKill: false }
    assert.isFalse(passes({ exit }))
    assert.isFalse(passes({ exit: { ...exit, code: 0, neededKill: true } }))
    assert.isFalse(passes({ cut: 1 }))
    assert.isFalse(passes({ errored: 1 }))
    assert.isFalse(passes({ after: { answered: 0, refused: 0, cut: 1 } }))
  })

  it("though requests were refused, or fail at all times", () => {
    assert.isTrue(passes({ after: { answered: 0, refused: 9, cut: 0 } }))
    assert.isTrue(passes({ errored: 23, answered: 0, before: failing }))
  })
})
