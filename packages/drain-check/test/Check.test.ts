import type { CheckReport, Rollout } from "@ebb/drain-check/CheckReport"
import * as Ports from "@ebb/processes/Ports"
import { spawnSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import { check, codes, problems } from "./Checking.ts"

// Each has a server and its load beside it: more of them at once would measure the machine.
vi.setConfig({ maxConcurrency: 3 })

const bun = process.execPath

/** The first Python that has the module; null where none has. */
const pythonWith = (module: string): string | null =>
  ["python3", "/usr/bin/python3"].find((python) => spawnSync(python, ["-c", `import ${module}`]).status === 0) ?? null

const uvicorn = pythonWith("uvicorn")
const gunicorn = pythonWith("gunicorn")
for (const [name, found] of Object.entries({ "python3-uvicorn": uvicorn, gunicorn })) {
  if (found === null) console.log(`Not checked, since the Debian package ${name} is not installed: ${name}`)
}

const served = (report: CheckReport): Rollout => report.graceful ?? assert.fail(JSON.stringify(report.advice))

const forced = (report: CheckReport): Rollout => report.force ?? assert.fail(JSON.stringify(report.advice))

/** Nothing lost though much was in flight; and what force costs is shown beside it. */
const assertDrains = (report: CheckReport): void => {
  const graceful = served(report)
  assert.deepStrictEqual(problems(report), [])
  assert.isTrue(report.passed)
  assert.isAbove(graceful.inFlight, 0)
  assert.strictEqual(graceful.answered, graceful.inFlight)
  assert.deepStrictEqual([graceful.cut, graceful.errored, graceful.after.cut], [0, 0, 0])
  assert.strictEqual(graceful.before.lost, 0)
  assert.isFalse(graceful.exit.neededKill)
  assert.isAbove(forced(report).cut, 0)
  assert.strictEqual(forced(report).exit.signal, "SIGKILL")
}

/** It fails for that one reason, and the requests in flight are all accounted for. */
const assertProblem = (report: CheckReport, code: string): Rollout => {
  const graceful = served(report)
  assert.deepStrictEqual(problems(report), [code])
  assert.isFalse(report.passed)
  assert.strictEqual(graceful.inFlight, graceful.answered + graceful.errored + graceful.cut)
  return graceful
}

describe.concurrent("a server that drains passes at 200 requests a second", () => {
  it("Node's http", async () => assertDrains(await check(["node", "node-drains.mjs"])))

  it("Bun.serve", async () => assertDrains(await check([bun, "bun-drains.mjs"])))

  it("Python's http.server", async () => assertDrains(await check(["python3", "python_drains.py"])))

  it.skipIf(uvicorn === null)("uvicorn", async () => {
    const command = `exec ${uvicorn} -m uvicorn asgi:app --port $PORT --log-level warning`
    assertDrains(await check(["sh", "-c", command]))
  })

  it.skipIf(gunicorn === null)("gunicorn with threads, its workers included", async () => {
    const command = `exec ${gunicorn} -m gunicorn --workers 2 --threads 100 --bind 127.0.0.1:$PORT wsgi:app`
    const report = await check(["sh", "-c", command])
    assertDrains(report)
    assert.isTrue(served(report).listensItself)
  })

  it("a server that answers at once", async () => {
    const report = await check(["node", "fast-drains.mjs"])
    const graceful = served(report)
    assert.deepStrictEqual(problems(report), [])
    assert.strictEqual(graceful.answered, graceful.inFlight)
    assert.deepStrictEqual(graceful.before.statuses, { 200: graceful.before.answered })
    assert.notInclude(codes(report), "no-handler")
  })

  it("a child process that is left behind is a note, not a failure", async () => {
    const report = await check(["node", "forks.mjs"])
    assertDrains(report)
    assert.include(codes(report), "leaves-children")
    assert.strictEqual(served(report).childrenLeft, 1)
  })
})

/** At the usual rate: what is wrong with a server is seen at any. */
const slowly: typeof check = (command, changes = {}) => check(command, { ratePerSecond: 50, ...changes })

describe.concurrent("a server that does not drain is told why", () => {
  it("it has no handler, and SIGTERM ends it", async () => {
    const report = await slowly(["node", "no-handler.mjs"])
    const { cut, exit } = assertProblem(report, "no-handler")
    assert.isAbove(cut, 0)
    assert.deepStrictEqual([exit.code, exit.signal], [null, "SIGTERM"])
    assert.include(report.advice[0]?.snippet?.code ?? "", 'process.on("SIGTERM"')
  })

  it("it has no handler, and answers so fast that a signal seldom meets it at work", async () => {
    const report = await slowly(["node", "fast.mjs"])
    const { cut, exit, inFlight } = served(report)
    assert.strictEqual(exit.signal, "SIGTERM")
    assert.strictEqual(report.passed, cut === 0)
    const said = report.advice.filter(({ code }) => code === "no-handler" || code === "nothing-in-flight")
    assert.lengthOf(said, 1)
    assert.include(said[0]?.snippet?.code ?? "", 'process.on("SIGTERM"')
    assert.isAtMost(cut, inFlight)
  })

  it("it exits at once", async () => {
    const { cut, exit } = assertProblem(await slowly(["node", "ends-at-once.mjs"]), "ends-early")
    assert.isAbove(cut, 0)
    assert.strictEqual(exit.code, 0)
  })

  it("it closes its listener, and the connections of its requests too", async () => {
    const { cut, after, stoppedAcceptingAfterMs } = assertProblem(
      await slowly(["node", "cuts.mjs"]),
      "cuts-connections"
    )
    assert.isAbove(cut, 0)
    assert.isAbove(after.refused, 0)
    assert.isNotNull(stoppedAcceptingAfterMs)
  })

  it("it does nothing about SIGTERM and has to be killed", async () => {
    const graceful = assertProblem(await slowly(["node", "ignores.mjs"], { graceMs: 4000 }), "ignores-sigterm")
    assert.isTrue(graceful.exit.neededKill)
    assert.isNull(graceful.stoppedAcceptingAfterMs)
    assert.strictEqual(graceful.after.refused, 0)
  })

  it("it waits for idle connections, and ends once they are closed", async () => {
    const graceful = assertProblem(
      await slowly(["node", "waits-for-idle.mjs"], { graceMs: 4000 }),
      "waits-for-idle-connections"
    )
    assert.isTrue(graceful.exit.neededKill)
    assert.deepStrictEqual(graceful.idleConnections, { open: 4, closed: 0, reset: 0, held: 4 })
    assert.strictEqual(graceful.cut, 0)
  })

  it("its requests take longer than the grace period", async () => {
    const report = await slowly(["node", "slow-drains.mjs"], { graceMs: 1000 })
    assert.isAbove(assertProblem(report, "grace-too-short").cut, 0)
  })

  it("a shell stands before it and passes no signal on", async () => {
    const graceful = assertProblem(await slowly(["sh", "-c", "node node-drains.mjs; true"]), "sigterm-not-passed-on")
    assert.isAbove(graceful.cut, 0)
    assert.isFalse(graceful.listensItself)
    assert.isAbove(graceful.childrenLeft, 0)
  })

  it("a program stands before it that ends on SIGTERM and tells nobody", async () => {
    const report = await slowly(["node", "launcher.mjs"])
    const graceful = assertProblem(report, "sigterm-not-passed-on")
    assert.isTrue(graceful.servesOn)
    assert.include(report.advice[0]?.text, "It went to node, the first process")
    assert.include(report.advice[0]?.text, "Start the server itself.")
  })

  it("it drains and then ends as if it had crashed", async () => {
    const { cut, exit } = assertProblem(await slowly(["node", "exits-with-one.mjs"]), "exit-code")
    assert.deepStrictEqual([cut, exit.code], [0, 1])
  })

  it("it answers what is in flight with an error", async () => {
    const { errored } = assertProblem(await slowly(["node", "errors.mjs"]), "errors-while-draining")
    assert.isAbove(errored, 0)
  })
})

describe.concurrent("a server that is not to be reached fails with a word on why", () => {
  const down = (report: CheckReport): string => {
    assert.isNull(report.graceful)
    assert.isNull(report.force)
    assert.isFalse(report.passed)
    assert.lengthOf(report.advice, 1)
    return report.advice[0]?.text ?? ""
  }

  it("it listens on another port", async () => {
    const report = await check(["node", "other-port.mjs"], { startupMs: 1500 })
    assert.match(down(report), /^The server listens on port \d+, not on PORT=\d+\./u)
    assert.deepStrictEqual(codes(report), ["listens-elsewhere"])
  })

  it("it takes its port as an argument", async () => {
    const port = await Ports.draw()
    const report = await check(["python3", "-m", "http.server", String(port)], { startupMs: 5000 })
    assert.match(down(report), new RegExp(`^The server listens on port ${port}, `, "u"))
    assert.include(down(report), "ebb check -- sh -c 'exec python3 -m http.server $PORT'")
  })

  it("it listens nowhere", async () => {
    const report = await check(["sleep", "1000"], { startupMs: 300 })
    assert.match(down(report), /^Nothing listened on PORT=\d+ within 0\.3 s\./u)
    assert.deepStrictEqual(codes(report), ["does-not-listen"])
  })

  it("it ends before it listens; what it said is shown", async () => {
    const report = await check(["sh", "-c", "echo no database >&2; exit 3"])
    assert.match(down(report), /^The command ended with exit code 3 before .*\nIts last lines:\n {2}no database$/su)
  })

  it("it ends under load", async () => {
    const report = await check(["node", "dies.mjs"])
    assert.include(down(report), "The server ended with exit code 7 while it was only sent requests.")
  })
})
