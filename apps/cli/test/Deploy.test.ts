import { byWire, settingsWith } from "@ebb/core/domain/Settings"
import type { RevisionInfo, Status } from "@ebb/protocol/rest/Shapes"
import * as Presets from "@ebb/sim/spec/Presets"
import { afterEach, assert, beforeEach, describe, expect, it } from "@effect/vitest"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FakeSandbox from "./FakeSandbox.ts"
import { demo, revision, status } from "./golden/Samples.ts"
import { ebb } from "./RunEbb.ts"

const spec = Presets.presets.llm
let cwd = ""

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ebb-deploy-"))
  writeFileSync(join(cwd, "ebb.yaml"), spec)
})

afterEach(() => {
  rmSync(cwd, { recursive: true })
})

const admin: Status = { ...status, key: { id: "id", scope: "ADMIN" } }

const current: RevisionInfo = {
  application_id: "old",
  ...byWire(settingsWith({ isScaled: true }), (setting) => setting.default),
  keep_alive: 300,
  max_concurrency: 20,
  active_runners: 2,
  min_concurrency: 2,
  concurrency_buffer: 2,
  machine_types: ["GPU-A100"],
  request_timeout: 600,
  valid_regions: [],
  created_at: "2026-01-01T00:00:00.000Z",
  environment_name: "",
  state: "ready",
  is_current: true
}

const sandbox = (answers: FakeSandbox.Answers = {}): FakeSandbox.FakeSandbox =>
  FakeSandbox.start({
    status: () => admin,
    deploy: () => ({ app: demo, revision, status: "deployed", isVerified: true }),
    listRevisions: () => ({ revisions: [current] }),
    ...answers
  })

const bodyOf = ({ calls }: FakeSandbox.FakeSandbox) => calls.find(({ name }) => name === "deploy")?.body

describe("ebb deploy", () => {
  it("sends the spec and says what there is now; its progress is on stderr", async () => {
    const made = sandbox()
    const { code, err, out } = await ebb(made, "deploy ebb.yaml", { cwd })
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(bodyOf(made), { spec, file: "ebb.yaml", folder: cwd, detached: false, resetScale: false })
    assert.isTrue(err.startsWith("Deploying 'ebb.yaml'\n\n✓ Deployed successfully\n"))
    assert.include(err, "Note: a deployment inherits the app's scaling parameters.")
    assert.notInclude(err, "no runner of it has started")
    expect(`\n${out.replaceAll(made.host, "HOST")}`).toMatchInlineSnapshot(`
      "
      ─────────────────────────── demo ───────────────────────────
      ▸ Revision: 5d4c2a10-7f3e-4b1a-9c55-0e6f2d1b8a01
      ▸ Auth: public (everyone can access)
      ▸ API Endpoints (use in code)
        Sync   http://HOST/fal.run/local/demo
        Async  http://HOST/queue.fal.run/local/demo
      ▸ Dashboard (open in browser)
        ebb dashboard
      ────────────────────────────────────────────────────────────
      "
    `)
  })
  it("takes a folder, and passes on what it is told", async () => {
    const made = sandbox({ deploy: () => ({ app: demo, revision, status: "rolling_out" }) })
    const line = "deploy . --app-name demo --auth public --strategy recreate --detach --reset-scale --env staging"
    const said = "--message fixed --annotation GIT_SHA=1=2 --annotation BY=me"
    const { err, out } = await ebb(made, `${line} ${said}`, { cwd })
    assert.deepStrictEqual(bodyOf(made), {
      message: "fixed",
      annotations: { GIT_SHA: "1=2", BY: "me" },
      spec,
      file: "ebb.yaml",
      folder: cwd,
      name: "demo",
      auth: "public",
      strategy: "recreate",
      detached: true,
      resetScale: true
    })
    assert.deepStrictEqual(made.calls[0]?.query, { env: "staging" })
    assert.include(err, "Deploying 'ebb.yaml' as app 'demo'\n\n🔄 Deployment started (detached)\n")
    assert.notInclude(err, "Note:")
    assert.include(out, `▸ Status: rolling out (revision ${revision})\n  Progress:  ebb apps runners demo\n`)
  })
  it("says of one that nobody saw start that its runners have yet to", async () => {
    const made = sandbox({ deploy: () => ({ app: demo, revision, status: "deployed", isVerified: false }) })
    const { err } = await ebb(made, "deploy ebb.yaml", { cwd })
    assert.include(
      err,
      "✓ Deployed successfully\n\nNote: it is in force at once, and no runner of it has started yet. Whether they do: ebb apps runners demo\n"
    )
  })
  it("is one line as JSON", async () => {
    const { out } = await ebb(sandbox(), "deploy . --json", { cwd })
    assert.strictEqual(out, `{"revision": "${revision}", "app_name": "demo", "status": "deployed"}\n`)
  })
  it("shows with --check what would change, and asks", async () => {
    const made = sandbox()
    const { code, err } = await ebb(made, "deploy . --check", { cwd, answers: ["n"] })
    assert.strictEqual(code, 0)
    assert.isUndefined(bodyOf(made))
    assert.match(err, /^Against revision old of 'llm' the deploy changes\n(  \w+: .+ → .+\n)+Deploy\? \[y\/N\] /)
    assert.include(err, "machine_types: GPU-A100 → ")
    assert.notInclude(err, "min_concurrency")
    assert.isTrue(err.endsWith("Deployment cancelled.\n"))
    const all = await ebb(sandbox(), "deploy . --check --reset-scale --yes", { cwd })
    assert.include(all.err, "min_concurrency: 2 → ")
    assert.include(all.err, "✓ Deployed successfully")
  })
  it("shows all settings of a new app", async () => {
    const made = sandbox({ listRevisions: () => new FakeSandbox.Refusal(404, "Application 'llm' not found") })
    const { code, err } = await ebb(made, "deploy . --check", { cwd, answers: [] })
    assert.match(err, /^App 'llm' is new:\n {2}machine_types: /)
    assert.strictEqual(code, 1)
    assert.isTrue(err.endsWith("✘ EOF when reading a line\n"))
  })
  it("fails where there is no such file, and refuses what is no spec", async () => {
    assert.deepStrictEqual(await ebb(sandbox(), "deploy no.yaml", { cwd }), {
      code: 1,
      out: "",
      err: "✘ no.yaml: no such file or directory\n"
    })
    const python = await ebb(sandbox(), "deploy app.py::App", { cwd })
    assert.strictEqual(python.code, 2)
    assert.match(python.err, /^✘ 'deploy app\.py::App' is not part of a local sandbox\. /)
  })
  it("takes what the public command line takes for its builds, and keeps the scaling", async () => {
    const made = sandbox()
    const { code, err } = await ebb(made, "deploy ebb.yaml --no-scale --no-cache", { cwd })
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(bodyOf(made), { spec, file: "ebb.yaml", folder: cwd, detached: false, resetScale: false })
    assert.notInclude(err, "deprecated")
    const older = await ebb(sandbox(), "deploy ebb.yaml --force-env-build", { cwd })
    assert.include(older.err, "Warning: --force-env-build is deprecated, use --no-cache instead")
  })
  it("passes on what the sandbox refuses", async () => {
    const detail = "Revision 'x' of 'demo' failed to start; the app stays on the one before"
    const made = sandbox({ deploy: () => new FakeSandbox.Refusal(409, detail) })
    const { code, err, out } = await ebb(made, "deploy . --json", { cwd })
    assert.deepStrictEqual([code, out], [1, ""])
    assert.isTrue(err.endsWith(`✘ ${detail}\n`))
  })
  it.each([
    ["deploy", "the following arguments are required: SPEC|DIR"],
    ["deploy . --auth bogus", "argument --auth: bogus is not a auth option"],
    ["deploy . --detach --attach", "argument --attach: not allowed with argument --detach"],
    ["deploy . --no-scale --reset-scale", "argument --reset-scale: not allowed with argument --no-scale"],
    ["deploy . --annotation x", `argument --annotation: Could not parse argument "['x']" as k1=v1 k2=v2 ... format`]
  ])("%s", async (line, problem) => {
    const { code, err } = await ebb({ host: "127.0.0.1:1" }, line)
    assert.deepStrictEqual([code, err.trimEnd().split("\n").at(-1)], [2, `ebb deploy: error: ${problem}`])
  })
})
