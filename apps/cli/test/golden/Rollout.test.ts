import { assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import * as FakeSandbox from "../FakeSandbox.ts"
import { ebb } from "../RunEbb.ts"
import { begun, report } from "./Samples.ts"

const help = "Help: ebb apps rollout --help\n"

const wide = { env: { COLUMNS: "250" } }

const hint = "rollout r-17 (graceful): 6 runners, 24 requests in flight\nFollow it with: ebb rollouts report r-17\n"

describe("ebb apps rollout", () => {
  it("1: says that it is done, and on stderr what was begun", async () => {
    const { calls, host } = FakeSandbox.start({ rollout: () => begun })
    assert.deepStrictEqual(await ebb({ host }, "apps rollout demo"), {
      code: 0,
      out: "Rolled out application demo\n",
      err: hint
    })
    assert.deepStrictEqual(calls, [{ name: "rollout", params: { app: "demo" }, query: {}, body: { force: false } }])
  })
  it("2, 9: sends force, abbreviated or not, wherever it stands", async () => {
    for (const line of ["apps rollout demo --force", "app rollout --force demo", "apps rollout demo --forc"]) {
      const { calls, host } = FakeSandbox.start({ rollout: () => ({ ...begun, mode: "force", order: null }) })
      const { code, out } = await ebb({ host }, line)
      assert.deepStrictEqual([code, out], [0, "Rolled out application demo\n"])
      assert.deepStrictEqual(calls[0]?.body, { force: true })
    }
  })
  it("3: passes on what the sandbox says of an unknown app", async () => {
    const { host } = FakeSandbox.start({ rollout: () => new FakeSandbox.Refusal(404, "Application 'nope' not found") })
    assert.deepStrictEqual(await ebb({ host }, "apps rollout nope"), {
      code: 1,
      out: "",
      err: "✘ Application 'nope' not found\n"
    })
  })
  it("4: is refused with a bad key", async () => {
    const bad = { env: { EBB_KEY: "bad:bad" } }
    assert.deepStrictEqual(await ebb(FakeSandbox.start({}), "apps rollout demo", bad), {
      code: 1,
      out: "",
      err: "✘ Invalid credentials\n"
    })
  })
  it("5: goes on under the key of another team than was asked for", async () => {
    assert.deepStrictEqual(await ebb(FakeSandbox.start({ rollout: () => begun }), "apps rollout demo --team acme"), {
      code: 0,
      out: "Rolled out application demo\n",
      err:
        "Ignoring explicit team acme because key is used. " +
        `The key belongs to Local User: local - local|u-1.\n${hint}`
    })
  })
  it("6: names what failed with a bad key and a team", async () => {
    const bad = { env: { EBB_KEY: "bad:bad" } }
    assert.deepStrictEqual(await ebb(FakeSandbox.start({}), "apps rollout demo --team acme", bad), {
      code: 1,
      out: "",
      err: "✘ Failed to fetch user info: HTTP Error 401: Unauthorized\n"
    })
  })
  it("7, 9: says where to read on, and what is wrong", async () => {
    const away = { host: "127.0.0.1:1" }
    assert.deepStrictEqual(await ebb(away, "apps rollout", wide), {
      code: 2,
      out: "",
      err: `${help}ebb apps rollout: error: the following arguments are required: app_name\n`
    })
    assert.deepStrictEqual(await ebb(away, "apps rollout demo -f", wide), {
      code: 2,
      out: "",
      err: `${help}ebb apps rollout: error: unrecognized arguments: -f\n`
    })
    assert.include(
      (await ebb(away, "apps rollout demo --force --order stop_first", wide)).err,
      "ebb apps rollout: error: argument --order: not allowed with argument --force\n"
    )
  })
  it("8: says which command was probably meant", async () => {
    assert.deepStrictEqual(await ebb({ host: "127.0.0.1:1" }, "apps rolout demo"), {
      code: 2,
      out: "",
      err: "Help: ebb apps --help\nebb apps: error: there is no command 'rolout' (did you mean ebb apps rollout?)\n"
    })
  })
  it("names the environment from --env, else from FAL_ENV", async () => {
    const asked = async (line: string, env: Readonly<Record<string, string>>) => {
      const { calls, host } = FakeSandbox.start({ rollout: () => begun })
      await ebb({ host }, line, { env })
      return calls[0]?.query
    }
    assert.deepStrictEqual(await asked("apps rollout demo --env staging", { FAL_ENV: "other" }), { env: "staging" })
    assert.deepStrictEqual(await asked("apps rollout demo", { FAL_ENV: "other" }), { env: "other" })
    assert.deepStrictEqual(await asked("apps rollout demo --env ''", { FAL_ENV: "other" }), { env: "" })
    assert.deepStrictEqual(await asked("apps rollout demo", { FAL_ENV: "" }), {})
  })
  it("says what a rollout of nothing and an escalation did", async () => {
    const none = FakeSandbox.start({
      rollout: () => ({ ...begun, id: "r-18", runners: 0, inFlight: 0, state: "finished" })
    })
    assert.strictEqual(
      (await ebb(none, "apps rollout demo")).err,
      "rollout r-18 (graceful): no active runner, finished\n"
    )
    const escalated = FakeSandbox.start({ rollout: () => ({ ...begun, escalated: { runners: 3, inFlight: 5 } }) })
    assert.strictEqual(
      (await ebb(escalated, "apps rollout demo --force")).err,
      "rollout r-17 escalated: 3 runners killed, 5 requests in flight\n"
    )
  })
  it("sends the order and prints the record as JSON", async () => {
    const { calls, host } = FakeSandbox.start({
      rollout: () => ({ ...begun, mode: "replace", order: "replace_first" })
    })
    const { code, err, out } = await ebb({ host }, "apps rollout demo --order replace_first --json")
    assert.deepStrictEqual([code, err], [0, ""])
    assert.deepStrictEqual(calls[0]?.body, { force: false, order: "replace_first" })
    const { app, id, inFlight, mode, order, runners, state, version } = JSON.parse(out)
    assert.deepStrictEqual(
      { app, id, inFlight, mode, order, runners, state, version },
      {
        version: 1,
        id: "r-17",
        app: "demo",
        mode: "replace",
        order: "replace_first",
        state: "running",
        runners: 6,
        inFlight: 24
      }
    )
    assert.isTrue(out.startsWith('{"version": 1, '))
  })
  it("waits with --wait and prints the report", async () => {
    const { calls, host } = FakeSandbox.start({ rollout: () => begun, rolloutReport: () => report })
    const { code, out } = await ebb({ host }, "apps rollout demo --wait")
    assert.strictEqual(code, 0)
    assert.include(out, "24")
    assert.include(out, "drained")
    assert.deepStrictEqual(calls[1], {
      name: "rolloutReport",
      params: { rollout: "r-17" },
      query: { wait: "finished" },
      body: {}
    })
    assert.deepStrictEqual(JSON.parse((await ebb({ host }, "apps rollout demo --wait --json")).out), report)
  })
  it("fails with --wait where the rollout was interrupted", async () => {
    const interrupted = { ...report, state: "interrupted", finishedAtMs: null } as const
    const { host } = FakeSandbox.start({ rollout: () => begun, rolloutReport: () => interrupted })
    assert.strictEqual((await ebb({ host }, "apps rollout demo --wait")).code, 1)
  })
})

describe("where no sandbox is", () => {
  it("27: is said on one line", async () => {
    const { host, stop } = FakeSandbox.start()
    await stop()
    assert.deepStrictEqual(await ebb({ host }, "apps rollout demo"), {
      code: 1,
      out: "",
      err: `✘ No sandbox answers at ${host}. Start one with: ebb up\n`
    })
  })
  it("27: Ctrl-C ends a call that waits", async () => {
    const controller = new AbortController()
    const { host } = FakeSandbox.start({
      rollout: async () => {
        controller.abort()
        await new Promise(() => {})
        return begun
      }
    })
    assert.deepStrictEqual(await ebb({ host }, "apps rollout demo", { interrupted: controller.signal }), {
      code: 1,
      out: "",
      err: "✘ Aborted.\n"
    })
  })
  it("has requests come as in a spec for a dry run, and says so", async () => {
    const outcome = { mean: 2, low: 0, high: 4, n: 9 }
    const inFlight = { atStart: outcome, drained: outcome, errored: outcome, retried: outcome, cancelled: outcome }
    const way = {
      mode: "force",
      inFlight,
      recoveryMs: outcome,
      enoughMs: outcome,
      fewer: null,
      requestsErrored: outcome,
      never: null
    } as const
    const { calls, host } = FakeSandbox.start({
      dryRun: () => ({ app: "demo", atMs: 0, forks: 9, tookMs: 800, ways: [way] })
    })
    const cwd = mkdtempSync(join(tmpdir(), "ebb-rollout-"))
    onTestFinished(() => rmSync(cwd, { recursive: true }))
    writeFileSync(join(cwd, "peak.yaml"), "traffic: [ { kind: direct, arrivals: { poisson: 1/s } } ]\n")
    const { code, out } = await ebb({ host }, "apps rollout demo --force --dry-run --traffic peak.yaml", { cwd })
    assert.strictEqual(code, 0)
    assert.include(out.replaceAll("\n", " "), "Nothing was rolled out. Requests came as in peak.yaml.")
    const { arrivals, force } = calls[0]!.body as { force: boolean; arrivals: ReadonlyArray<{ kind: string }> }
    assert.isTrue(force)
    assert.isTrue(arrivals.length > 800 && arrivals.every(({ kind }) => kind === "direct"))
    const alone = await ebb({ host }, "apps rollout demo --traffic peak.yaml", { cwd })
    assert.match(alone.err, /--traffic goes with --dry-run/)
    assert.strictEqual(alone.code, 2)
  })
})
