import type { CheckReport, Rollout } from "@ebb/drain-check/CheckReport"
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { afterAll, vi } from "vitest"
import { check, codes, problems, told } from "./Checking.ts"

vi.setConfig({ testTimeout: 300_000 })

const served = (report: CheckReport): Rollout => report.graceful ?? assert.fail(JSON.stringify(report.advice))

const folder = mkdtempSync(join(tmpdir(), "ebb-check-"))
afterAll(() => rmSync(folder, { recursive: true }))

describe("the facts of a check", () => {
  it("say of a server that drains what force costs beside it", async ({ skip }) => {
    const report = await told(skip, ["node", "node-drains.mjs"], { runs: ["graceful", "force"], ratePerSecond: 200 })
    const graceful = served(report)
    assert.deepStrictEqual(problems(report), [])
    assert.isAbove(graceful.inFlight, 0)
    assert.strictEqual(graceful.answered, graceful.inFlight)
    assert.deepStrictEqual([graceful.cut, graceful.errored, graceful.after.cut], [0, 0, 0])
    assert.isNotNull(graceful.listenerClosedAfterMs)
    assert.isAbove(report.force?.cut ?? 0, 0)
    assert.strictEqual(report.force?.exit.signal, "SIGKILL")
    assert.strictEqual(report.server, "Node")
  })

  it("account for every request in flight", async ({ skip }) => {
    const graceful = served(await told(skip, ["node", "limit-errors.mjs"], { graceMs: 8000 }))
    const { answered, cut, errored, inFlight, short } = graceful
    assert.strictEqual(inFlight, answered + short.count + errored + cut)
    assert.isAbove(graceful.gaveUpAfterMs ?? 0, 0)
  })

  it("say of one that answers at once that nothing was lost, or prove nothing", async ({ skip }) => {
    const report = await told(skip, ["node", "fast-drains.mjs"])
    const graceful = served(report)
    assert.strictEqual(graceful.answered, graceful.inFlight)
    assert.deepStrictEqual(problems(report), graceful.inFlight === 0 ? ["nothing-in-flight"] : [])
  })

  it("never pass one that answers at once and has no handler", async () => {
    const report = await check(["node", "fast.mjs"])
    assert.isFalse(report.passed)
    assert.lengthOf(problems(report), 1)
    assert.include(["ended-by-signal", "would-cut", "nothing-in-flight", "too-busy"], problems(report)[0])
  })

  it("never pass one that was kept from running until it had nothing left to cut", async () => {
    const report = await check(["node", "stalls.mjs", "900", "node", "ends-at-once.mjs"])
    assert.isFalse(report.passed)
    // What it was about to begin when it was stopped is there to be cut, or what came after the signal, or nothing.
    const { after, cut, heldUpMs, waitedFor } = served(report)
    const backed: Record<string, boolean> = {
      "ends-early": cut > 0,
      "cuts-late-requests": after.cut > 0,
      "drain-unproved": waitedFor === 0,
      "too-busy": heldUpMs > 150
    }
    assert.isNotEmpty(problems(report))
    for (const code of problems(report)) assert.isTrue(backed[code], `${code} of ${JSON.stringify(report.graceful)}`)
  })

  it("tell idle connections that were held from those that were closed", async ({ skip }) => {
    const report = await told(skip, ["node", "waits-for-idle.mjs"], { runs: ["graceful", "kept"], graceMs: 2000 })
    const { endedOnceClosed, exit, idleConnections } = report.kept ?? assert.fail()
    assert.deepStrictEqual(idleConnections, { open: 6, closed: 0, reset: 0, held: 6 })
    assert.deepStrictEqual([exit.neededKill, endedOnceClosed], [true, true])
  })

  it("tell when requests were refused that came after the signal", async ({ skip }) => {
    const { after } = served(await told(skip, ["node", "late-503.mjs"], { lingerMs: 1300, mustServeLinger: true }))
    const failed = after.slices.filter(({ refused }) => refused > 0)
    assert.isTrue(failed.every(({ fromMs }) => fromMs >= 0))
    assert.strictEqual(
      after.refused,
      failed.reduce((sum, { refused }) => sum + refused, 0)
    )
  })

  it("say that a child was left and that a shell in front of the server heard the signal", async ({ skip }) => {
    const graceful = served(await told(skip, ["sh", "-c", "node node-drains.mjs; true"]))
    assert.deepStrictEqual([graceful.listensItself, graceful.childrenLeft > 0, graceful.servesOn], [false, true, true])
  })

  it("say when the server comes up only once", async ({ skip }) => {
    const report = await told(skip, ["node", "starts-once.mjs", join(folder, "lock")], { runs: ["graceful", "force"] })
    assert.include(codes(report), "no-second-start")
    assert.isNull(report.force)
  })
})

describe("a server that speaks TLS is spoken to", () => {
  const key = join(folder, "key.pem")
  const cert = join(folder, "cert.pem")
  const subject = ["-subj", "/CN=localhost", "-days", "2"]
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      key,
      "-out",
      cert,
      ...subject
    ],
    { stdio: "ignore" }
  )

  it.for(["http", "h2"])("%s", async (protocol, { skip }) => {
    const report = await told(skip, ["node", "tls.mjs", key, cert, protocol, "drains"])
    assert.deepStrictEqual(problems(report), [], report.advice[0]?.text)
    assert.strictEqual(served(report).protocol, protocol === "h2" ? "h2" : "https")
  })

  it("and is told when it cuts", async ({ skip }) => {
    const report = await told(skip, ["node", "tls.mjs", key, cert, "http"], { isTls: true })
    assert.deepStrictEqual(problems(report), ["ends-early"])
  })

  it("and one that does not is not taken for one", async ({ skip }) => {
    const report = await told(skip, ["node", "node-drains.mjs"], { isTls: true })
    assert.deepStrictEqual(codes(report), ["unknown-protocol"])
    assert.include(report.advice[0]?.text, "did not complete a TLS handshake")
  })
})
