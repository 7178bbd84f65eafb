import type { Rollout } from "@ebb/drain-check/CheckReport"
import { defaults } from "@ebb/drain-check/CheckSettings"
import { codes } from "@ebb/drain-check/findings/Codes"
import * as Findings from "@ebb/drain-check/findings/Findings"
import { kinds } from "@ebb/drain-check/findings/Servers"
import * as Servers from "@ebb/drain-check/findings/Servers"
import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { fails } from "./BadBehaviours.ts"
import { drains, untested } from "./Behaviours.ts"
import { folder } from "./Checking.ts"
import { drained } from "./Reports.ts"

/** Told of by Check.test.ts, or by the facts alone below: luck has a part in them. */
const elsewhere = new Set(["no-answers", "nothing-in-flight", "kept-unproved", "drain-unproved"])
// The programs ps and lsof do not tell.
if (CurrentSystem.current().isSlow) elsewhere.add("no-handler")

const find = (graceful: Rollout, kept: Rollout | null = null) =>
  Findings.find({
    settings: { ...defaults, command: ["node"], cwd: "/" },
    graceful,
    kept,
    idle: null,
    firstProgram: "node",
    server: kinds.node
  })

describe("the table of findings", () => {
  const behaviours = [...untested, ...drains, ...fails]
  const produced = new Set(behaviours.flatMap(({ notes = [], problems }) => [...problems, ...notes]))

  it("has a server for every row", () => {
    const missing = Findings.rows.map(({ code }) => code).filter((code) => !produced.has(code) && !elsewhere.has(code))
    assert.deepStrictEqual(missing, [])
    assert.isAtLeast(produced.size, 30)
  })

  it("names every code once, and has a row for each that follows from facts", () => {
    const rows = new Set(Findings.rows.map(({ code }) => code))
    assert.deepStrictEqual([...new Set(codes)], [...codes])
    assert.lengthOf(Findings.rows, rows.size)
    for (const code of rows) assert.include(codes, code)
  })

  it("says nothing of a server of which nothing else was seen than that it drains", () => {
    assert.deepStrictEqual(find(drained), [])
  })

  it("is red where nothing was in flight, however well the server ended", () => {
    const [advice] = find({ ...drained, inFlight: 0, answered: 0 })
    assert.strictEqual(advice?.code, "nothing-in-flight")
    assert.isTrue(advice?.isProblem)
  })

  it("is red where nothing was answered", () => {
    const before = { ...drained.before, answered: 0, lost: 9, statuses: {}, begun: 0 }
    assert.strictEqual(find({ ...drained, before, inFlight: 0, answered: 0 })[0]?.code, "no-answers")
  })

  it("is red where no kept connection was in use when the server saw to the signal", () => {
    const used = { answeredAfter: 0, resets: 0, saidClose: 0 }
    const before = { ...drained.before, quickestMs: 30 }
    const kept: Rollout = { ...drained, run: "kept", before, kept: used, listenerClosedForMs: 0, waitedFor: 0 }
    assert.deepStrictEqual(
      find(drained, kept).map(({ code }) => code),
      ["kept-unproved"]
    )
    assert.deepStrictEqual(find(drained, { ...kept, kept: { ...used, saidClose: 9 } }), [])
    assert.deepStrictEqual(find(drained, { ...kept, waitedFor: 4 }), [])
  })

  it("is red where nothing shows that a request was in hand when the server saw to the signal", () => {
    const unseen: Rollout = { ...drained, reactedWithinMs: null, waitedFor: 0 }
    assert.deepStrictEqual(
      find(unseen).map(({ code }) => code),
      ["drain-unproved"]
    )
    assert.deepStrictEqual(find({ ...unseen, inFlight: 1, answered: 1, waitedFor: 1 }), [])
    // What is wrong all the same is told, and not that nothing is proved.
    assert.deepStrictEqual(
      find({ ...unseen, after: { ...drained.after, cut: 3 } }).map(({ code }) => code),
      ["cuts-late-requests"]
    )
    // Of a fast one it is not to be seen.
    assert.deepStrictEqual(find({ ...unseen, before: { ...drained.before, quickestMs: 30 } }), [])
  })

  it("does not say of a server that the signal ended at once that it went on accepting", () => {
    const exit = { code: null, signal: "SIGTERM", afterMs: 12, neededKill: false }
    const after = { ...drained.after, cut: 1 }
    const ended: Rollout = { ...drained, after, exit, disposition: "handled", listenerClosedForMs: 0, waitedFor: 0 }
    const [advice, ...others] = find({ ...ended, workedForMs: 0 })
    assert.strictEqual(advice?.code, "would-cut")
    assert.include(advice?.text ?? "", "1 request that came after SIGTERM was cut, and nothing shows that it waited")
    assert.deepStrictEqual(others, [])
    assert.include(
      find({ ...ended, workedForMs: 900 })
        .map(({ code }) => code)
        .join(),
      "cuts-late-requests"
    )
  })

  it("is red where no message of a session waited for its reply, and says why", () => {
    const replied = { messages: 40, replies: 40, unasked: 0, pending: 0, lostMessages: 0, quickestReplyMs: 1 }
    const asked = { open: 10, closed: 10, cut: 0, codes: { 1001: 10 }, ...replied }
    const of = (changes: Partial<typeof asked>): string => {
      const advice = find({ ...drained, traffic: "sessions", sessions: { ...asked, ...changes } })
      return advice.map(({ code, text }) => `${code}: ${text}`).join()
    }
    assert.match(of({}), /^drain-unproved: No message waited/u)
    assert.match(of({ replies: 480, unasked: 440 }), /^drain-unproved: 40 messages got 480 replies/u)
    assert.match(of({ pending: 4, unasked: 1 }), /^drain-unproved/u)
    assert.match(of({ replies: 0 }), /^drain-unproved: The 40 messages .* got no reply/u)
    assert.strictEqual(of({ pending: 4 }), "")
  })

  it("counts those that a server gave up on among its slowest requests", () => {
    const [advice] = find({ ...drained, cut: 9, answered: 14, gaveUpAfterMs: 1000, oldestFailedMs: 3900 })
    assert.strictEqual(advice?.code, "own-limit")
    assert.include(advice?.remedy ?? "", "its slowest request (more than 3.9 s) < the server's own limit (1.0 s)")
  })

  it("names both of two causes where a first process that is not the server may keep the signal", () => {
    const exit = { code: null, signal: "SIGKILL", afterMs: 10_000, neededKill: true }
    const killed: Rollout = { ...drained, listenerClosedAfterMs: null, exit }
    assert.notMatch(find(killed)[0]?.text ?? "", /Either/u)
    const [advice] = find({ ...killed, listensItself: false })
    assert.strictEqual(advice?.code, "ignores-signal")
    assert.match(
      advice?.text ?? "",
      /Either the server does nothing about SIGTERM, or node, the first process, does not pass it on/u
    )
    assert.match(advice?.remedy ?? "", /^Start the server directly\. If the server gets the signal: close/u)
  })

  it("says that a signal never reached the server only where that is known", () => {
    const exit = { code: null, signal: "SIGTERM", afterMs: 5, neededKill: false }
    const unseen = { listenerClosedAfterMs: null, listenerClosedForMs: 0, waitedFor: 0, workedForMs: 0 } as const
    const behind: Rollout = { ...drained, listensItself: false, servesOn: true, outlivedByServer: true, cut: 20, exit }
    const told = (changes: Partial<Rollout>): string => {
      const [advice, ...others] = find({ ...behind, ...unseen, ...changes })
      assert.deepStrictEqual(others, [])
      return `${advice?.code}: ${advice?.text}`
    }
    assert.match(
      told({ disposition: "default" }),
      /^signal-not-passed-on: .* has no handler for it and ended by it\.$/u
    )
    assert.match(told({ disposition: "ignored" }), /^signal-not-passed-on: .* ignores it\.$/u)
    for (const disposition of ["handled", "blocked", null] as const) {
      assert.match(told({ disposition }), /^ends-before-server: .* does not pass SIGTERM on, or does not wait/u)
    }
    // It listened when it got the signal, and listens no more.
    assert.match(told({ disposition: "blocked", servesOn: false }), /^ends-before-server: .*\) does not wait/u)
    // The server itself had ended, and left others behind.
    assert.match(told({ disposition: "blocked", servesOn: false, outlivedByServer: false }), /^ended-by-signal/u)
  })

  it("believes a server behind an init that closed its listener to have got the signal", () => {
    for (const disposition of ["handled", "blocked", "default", null] as const) {
      assert.deepStrictEqual(find({ ...drained, listensItself: false, disposition }), [])
    }
  })

  it("says of kept connections that were in use what was seen, and what it may mean", () => {
    const used = { answeredAfter: 28, resets: 0, saidClose: 0 }
    const exit = { ...drained.exit, afterMs: 2010 }
    const [advice, ...others] = find(
      { ...drained, exit, lastOfAnyAfterMs: 1900 },
      { ...drained, run: "kept", kept: used, exit, lastOfAnyAfterMs: 1500 }
    )
    assert.deepStrictEqual([advice?.code, others], ["kept-in-use", []])
    assert.strictEqual(
      advice?.text,
      "After SIGTERM it answered 28 requests more over kept connections, never with Connection: close, and ended 2.0 s after SIGTERM; requests came for 1 s."
    )
    assert.match(advice?.remedy ?? "", /^If it ends only when .* a longer --linger shows whether it does\./u)
  })

  it("shows lines that fit what the server speaks", () => {
    const exit = { code: null, signal: "SIGKILL", afterMs: 10_000, neededKill: true }
    const of = (protocol: Rollout["protocol"]) => {
      const kept: Rollout = { ...drained, run: "kept", protocol, exit, endedOnceClosed: true }
      const [advice] = find({ ...drained, protocol }, kept)
      assert.strictEqual(advice?.code, "waits-for-connections")
      return `${advice?.remedy} ${advice?.snippet?.code}`
    }
    assert.match(of("https"), /Connection: close[^]*closeIdleConnections/u)
    assert.match(of("h2c"), /GOAWAY[^]*session\.close\(\)/u)
    assert.notMatch(of("h2"), /[Cc]onnection: close|setHeader|closeIdleConnections/u)
  })

  it("does not call a server slow to end that answers with errors until then", () => {
    const exit = { ...drained.exit, afterMs: 2500 }
    const told = (lastOfAnyAfterMs: number) => find({ ...drained, exit, lastOfAnyAfterMs }).map(({ code }) => code)
    assert.deepStrictEqual(told(855), ["slow-to-end"])
    assert.deepStrictEqual(told(2490), [])
  })

  it("does not call an end of the process the reason for cuts that came one by one", () => {
    const cut: Rollout = { ...drained, cut: 23, answered: 0, firstCutAfterMs: 32, lastCutAfterMs: 860 }
    const [advice] = find(cut)
    assert.strictEqual(advice?.code, "cuts-connections")
    assert.match(
      advice?.text ?? "",
      /one after another, 32 ms to 860 ms after SIGTERM; the process ended 871 ms after/u
    )
    assert.strictEqual(find({ ...cut, firstCutAfterMs: 850 })[0]?.code, "ends-early")
  })

  it("does not hold against a server what a machine that stood still may have done", () => {
    const cut: Rollout = { ...drained, cut: 3, answered: 20, lastCutAfterMs: 865 }
    assert.strictEqual(find(cut)[0]?.code, "ends-early")
    const [advice, ...others] = find({ ...cut, heldUpMs: 700 })
    assert.strictEqual(advice?.code, "too-busy")
    assert.match(advice?.text ?? "", /wait up to 700 ms .* 3 of 23 requests in flight were cut/u)
    assert.isTrue(advice?.isProblem)
    assert.isFalse(others.some(({ isProblem }) => isProblem))
    // Whatever the machine did, half an answer that ends in order is the server's doing.
    const short = { count: 2, why: "JSON", usual: null, got: null } as const
    assert.deepStrictEqual(
      find({ ...drained, short, heldUpMs: 700 }).map(({ code }) => code),
      ["half-answers"]
    )
  })

  it("passes no server on a machine that stood still, where nothing shows that it had something in hand", () => {
    const fast: Rollout = { ...drained, before: { ...drained.before, quickestMs: 165 }, waitedFor: 0 }
    assert.deepStrictEqual(find(fast), [])
    const [advice, ...others] = find({ ...fast, heldUpMs: 5646 })
    assert.deepStrictEqual([advice?.code, advice?.isProblem], ["too-busy", true])
    assert.match(advice?.text ?? "", /had to wait up to 5\.6 s/u)
    assert.isFalse(others.some(({ isProblem }) => isProblem))
    assert.isFalse(find({ ...fast, heldUpMs: 5646, waitedFor: 2 }).some(({ isProblem }) => isProblem))
  })

  it("counts a half answer to a request that came late", () => {
    const short = { count: 0, why: "JSON", usual: null, got: null } as const
    const [advice] = find({ ...drained, short, after: { ...drained.after, short: 2 } })
    assert.strictEqual(advice?.code, "half-answers")
    assert.match(advice?.text ?? "", /^2 requests that came with SIGTERM or after it got half an answer/u)
  })

  it("tells what is seen over kept connections only as such", () => {
    const kept: Rollout = { ...drained, run: "kept", cut: 3, answered: 20, lastCutAfterMs: 865 }
    const [advice] = find(drained, kept)
    assert.strictEqual(advice?.code, "ends-early")
    assert.match(advice?.text ?? "", /^Over kept connections: 3 of 23 requests in flight were cut/u)
  })

  it("is made with servers of less than 30 lines", () => {
    for (const name of readdirSync(folder)) {
      assert.isBelow(readFileSync(join(folder, name), "utf8").trimEnd().split("\n").length, 30, name)
    }
  })
})

describe("the kind of server", () => {
  const kindOf = (command: string, serverHeader: string | null = null, executable: string | null = null) =>
    Servers.find({ command: command.split(" "), serverHeader, executable })?.name ?? null

  it("is what the command says it runs, before what its answers say", () => {
    assert.strictEqual(kindOf("gunicorn -k uvicorn.workers.UvicornWorker app:app", "uvicorn"), "gunicorn")
    assert.strictEqual(kindOf("sh -c exec puma -C puma.rb", null, "/usr/bin/ruby"), "Puma")
  })

  it("is what its answers say, before the program that runs it", () => {
    assert.strictEqual(kindOf("python3 app.py", "Python/3.11 aiohttp/3.8.4", "/usr/bin/python3.11"), "aiohttp")
    assert.strictEqual(kindOf("python3 app.py", "TornadoServer/6.2", "/usr/bin/python3.11"), "Tornado")
    assert.strictEqual(kindOf("node server.js", "Next.js", "/usr/bin/node"), "Next.js")
  })

  it("is none where nothing says: no lines are shown for another server", () => {
    assert.isNull(kindOf("python3 app.py", "home-made/1.0", "/usr/bin/python3.11"))
  })
})
