import { assert, describe, expect, it } from "@effect/vitest"
import type { RevisionInfo } from "@ebb/protocol/rest/Shapes"
import * as FakeSandbox from "../FakeSandbox.ts"
import { ebb } from "../RunEbb.ts"
import { demo, revision } from "./Samples.ts"

const away = { host: "127.0.0.1:1" }

const lastLine = async (line: string): Promise<string | undefined> => {
  const { code, err, out } = await ebb(away, line)
  assert.deepStrictEqual([code, out], [2, ""])
  return err.trimEnd().split("\n").at(-1)
}

describe("ebb apps list", () => {
  const staged = { ...demo, alias: "demo--staging", environment_name: "staging", active_runners: 1 }
  const other = {
    ...demo,
    alias: "app2",
    active_runners: 9,
    concurrency_buffer: 1,
    concurrency_buffer_perc: 20,
    valid_regions: ["eu-north"]
  }
  it("16: as JSON, byte for byte", async () => {
    assert.strictEqual(
      (await ebb(FakeSandbox.start({ listApps: () => ({ apps: [demo] }) }), "apps list --json")).out,
      '{"apps": [{"alias": "demo", "revision": "5d4c2a10-7f3e-4b1a-9c55-0e6f2d1b8a01", "auth_mode": "public", ' +
        '"keep_alive": 300, "max_concurrency": 20, "max_multiplexing": 4, "active_runners": 2, "min_concurrency": 2, ' +
        '"concurrency_buffer": 2, "concurrency_buffer_perc": 0, "scaling_delay": 0, "machine_types": ["GPU-H100"], ' +
        '"request_timeout": 600, "startup_timeout": 600, "valid_regions": ["us-east"], "environment_name": ""}]}\n'
    )
  })
  it("17: refuses an output that is none", async () => {
    assert.strictEqual(
      await lastLine("apps list --output yaml"),
      "ebb apps list: error: argument --output: invalid choice: 'yaml' (choose from 'pretty', 'json')"
    )
  })
  it("as a table, names without their environment suffix", async () => {
    const { host } = FakeSandbox.start({ listApps: () => ({ apps: [staged, demo, other] }) })
    expect(`\n${(await ebb({ host }, "apps list")).out}`).toMatchInlineSnapshot(`
      "
      ┏━━━━━━┳━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━━━━━━┓
      ┃ Name ┃ Env     ┃ Revision                             ┃ Auth   ┃ Min Concurrency ┃ Max Concurrency ┃ Concurrency Buffer ┃ Scaling Delay ┃ Max Multiplexing ┃ Keep Alive ┃ Request Timeout ┃ Startup Timeout ┃ Machine Type ┃ Runners ┃ Regions  ┃
      ┡━━━━━━╇━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━━━━━━┩
      │ app2 │ main    │ 5d4c2a10-7f3e-4b1a-9c55-0e6f2d1b8a01 │ public │ 2               │ 20              │ 20%, min 1         │ 0             │ 4                │ 300        │ 600             │ 600             │ GPU-H100     │ 9       │ eu-north │
      │ demo │ main    │ 5d4c2a10-7f3e-4b1a-9c55-0e6f2d1b8a01 │ public │ 2               │ 20              │ 2                  │ 0             │ 4                │ 300        │ 600             │ 600             │ GPU-H100     │ 2       │ us-east  │
      │ demo │ staging │ 5d4c2a10-7f3e-4b1a-9c55-0e6f2d1b8a01 │ public │ 2               │ 20              │ 2                  │ 0             │ 4                │ 300        │ 600             │ 600             │ GPU-H100     │ 1       │ us-east  │
      └──────┴─────────┴──────────────────────────────────────┴────────┴─────────────────┴─────────────────┴────────────────────┴───────────────┴──────────────────┴────────────┴─────────────────┴─────────────────┴──────────────┴─────────┴──────────┘
      "
    `)
  })
  it("sorts and filters", async () => {
    const { host } = FakeSandbox.start({ listApps: () => ({ apps: [staged, demo, other] }) })
    const aliases = async (line: string) =>
      JSON.parse((await ebb({ host }, line)).out).apps.map(({ alias }: { readonly alias: string }) => alias)
    assert.deepStrictEqual(await aliases("apps list --json"), ["app2", "demo", "demo--staging"])
    assert.deepStrictEqual(await aliases("apps list --json --sort-by-runners"), ["demo--staging", "demo", "app2"])
    assert.deepStrictEqual(await aliases("apps list --json --filter=--staging"), ["demo--staging"])
    assert.deepStrictEqual(await aliases("apps list --json --filter=DEMO"), [])
    assert.deepStrictEqual(await aliases("apps list --json --regions eu-north eu-west"), ["app2"])
    assert.match(
      (await lastLine("apps list --regions mars")) ?? "",
      /argument --regions: invalid choice: 'mars' \(choose from 'eu-north', 'eu-west', 'us-central', 'us-east', 'us-west'\)/
    )
  })
})

describe("ebb apps scale", () => {
  it("18: does nothing where nothing is given", async () => {
    const { calls, host } = FakeSandbox.start({})
    const { code, err, out } = await ebb({ host }, "apps scale demo")
    assert.deepStrictEqual([code, out + err], [0, "No parameters for update were provided, ignoring.\n"])
    assert.deepStrictEqual(calls, [])
  })
  it("19: takes whole numbers", async () => {
    assert.strictEqual(
      await lastLine("apps scale demo --keep-alive x"),
      "ebb apps scale: error: argument --keep-alive: invalid int value: 'x'"
    )
  })
  it("sends what was given and notes what a deploy resets", async () => {
    const { calls, host } = FakeSandbox.start({ scale: () => ({ app: demo }) })
    const line = "apps scale demo --keep-alive -1 --max-multiplexing 4 --machine-types A B --regions us-east"
    const { err, out } = await ebb({ host }, line)
    assert.deepStrictEqual(calls[0]?.body, {
      keep_alive: -1,
      max_multiplexing: 4,
      machine_types: ["A", "B"],
      valid_regions: ["us-east"]
    })
    assert.include(
      out + err,
      "Note: Please be aware that max_multiplexing, machine_types will be reset on the next deployment."
    )
    assert.include(out, "│ demo │")
    const { is_rolling: _, ...shown } = demo
    const { apps } = JSON.parse((await ebb({ host }, "apps scale demo --keep-alive 3 --json")).out)
    assert.deepStrictEqual(apps, [shown])
  })
  it("passes on what the sandbox refuses", async () => {
    const { host } = FakeSandbox.start({
      scale: () => new FakeSandbox.Refusal(400, "keep_alive must be at least 0, got -1")
    })
    assert.strictEqual(
      (await ebb({ host }, "apps scale demo --keep-alive -1")).err,
      "✘ keep_alive must be at least 0, got -1\n"
    )
  })
})

describe("ebb apps, the others", () => {
  it("20: delete of what is not there is no failure", async () => {
    const { host } = FakeSandbox.start({
      deleteApp: ({ params }) => ({ alias: params["app"] ?? "", revision: params["app"] === "demo" ? revision : null })
    })
    assert.deepStrictEqual(await ebb({ host }, "apps delete nope"), {
      code: 0,
      out: "Application 'nope' not found.\n",
      err: ""
    })
    assert.strictEqual(
      (await ebb({ host }, "apps delete demo")).out,
      "Application 'demo' deleted (5d4c2a10-7f3e-4b1a-9c55-0e6f2d1b8a01)\n"
    )
    assert.deepStrictEqual(JSON.parse((await ebb({ host }, "apps delete nope --json")).out), {
      alias: "nope",
      revision: null
    })
  })
  it("22: gpus, most first", async () => {
    const { host } = FakeSandbox.start({ gpus: () => ({ gpus: { H100: 2 }, total: 2 }) })
    assert.strictEqual(
      (await ebb({ host }, "apps gpus demo")).out,
      [
        "┏━━━━━━┳━━━━━━━┓",
        "┃ Type ┃ Count ┃",
        "┡━━━━━━╇━━━━━━━┩",
        "│ H100 │     2 │",
        "└──────┴───────┘",
        "Total: 2\n"
      ].join("\n")
    )
    assert.strictEqual((await ebb({ host }, "runners gpus --json")).out, '{"gpus": {"H100": 2}, "total": 2}\n')
  })
  it("gpus of an unknown app", async () => {
    const { host } = FakeSandbox.start({ gpus: () => new FakeSandbox.Refusal(404, "Application 'nope' not found") })
    assert.strictEqual((await ebb({ host }, "apps gpus nope")).err, "✘ Application 'nope' not found in metrics.\n")
  })
  it("set-rev, delete-rev and fault", async () => {
    const ok = { ok: true } as const
    const { calls, host } = FakeSandbox.start({
      setRevision: () => ({ app: demo }),
      deleteRevision: () => ok,
      faultApp: () => ok
    })
    assert.include((await ebb({ host }, "apps set-rev demo abc --auth private --strategy rolling")).out, "│ demo │")
    assert.deepStrictEqual(await ebb({ host }, "apps delete-rev abc"), { code: 0, out: "", err: "" })
    assert.deepStrictEqual(await ebb({ host }, "apps fault demo setup_failure"), { code: 0, out: "", err: "" })
    assert.deepStrictEqual(
      calls.map(({ body, name }) => [name, body]),
      [
        ["setRevision", { revision: "abc", auth: "private", strategy: "rolling" }],
        ["deleteRevision", {}],
        ["faultApp", { do: "setup_failure" }]
      ]
    )
  })
  it("list-rev in the sandbox's order", async () => {
    const { alias: _alias, auth_mode: _mode, is_rolling: _rolling, revision: application_id, ...settings } = demo
    const created_at = "2026-01-01T00:00:00.123Z"
    const one: RevisionInfo = { ...settings, application_id, created_at, state: "ready", is_current: true }
    const { host } = FakeSandbox.start({ listRevisions: () => ({ revisions: [one] }) })
    expect(`\n${(await ebb({ host }, "apps list-rev demo")).out}`).toMatchInlineSnapshot(`
      "
      ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┳━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
      ┃ Revision                             ┃ Env  ┃ Min Concurrency ┃ Max Concurrency ┃ Max Multiplexing ┃ Keep Alive ┃ Request Timeout ┃ Startup Timeout ┃ Machine Type ┃ Runners ┃ Regions ┃ Created                          ┃
      ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━╇━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┩
      │ 5d4c2a10-7f3e-4b1a-9c55-0e6f2d1b8a01 │ main │ 2               │ 20              │ 4                │ 300        │ 600             │ 600             │ GPU-H100     │ 2       │ us-east │ 2026-01-01 00:00:00.123000+00:00 │
      └──────────────────────────────────────┴──────┴─────────────────┴─────────────────┴──────────────────┴────────────┴─────────────────┴─────────────────┴──────────────┴─────────┴─────────┴──────────────────────────────────┘
      "
    `)
    const { revisions } = JSON.parse((await ebb({ host }, "apps list-rev --json")).out)
    const { is_current: _, state: __, ...shown } = one
    assert.deepStrictEqual(revisions, [{ ...shown, created_at: "2026-01-01 00:00:00.123000+00:00" }])
  })
  it("list-rev shows what a deploy said of itself", async () => {
    const { alias: _alias, auth_mode: _mode, is_rolling: _rolling, revision: application_id, ...settings } = demo
    const one = {
      ...settings,
      application_id,
      created_at: "2026-01-01T00:00:00Z",
      state: "ready",
      is_current: true
    } as const
    const notes = {
      message: "fix cold start",
      annotations: { GIT_SHA: "123" },
      private_logs: true,
      data_mounts: ["/data/models"],
      files: [{ path: "a.txt", hash: "0" }]
    }
    const { host } = FakeSandbox.start({ listRevisions: () => ({ revisions: [{ ...one, notes }, one] }) })
    const { out } = await ebb({ host }, "apps list-rev demo")
    assert.include(out, "│ fix cold start, GIT_SHA=123, 1 file, mounts /data/models, private logs │")
    const { revisions } = JSON.parse((await ebb({ host }, "apps list-rev --json")).out)
    assert.deepStrictEqual(revisions[0].notes, notes)
  })
})
