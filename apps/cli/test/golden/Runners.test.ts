import type { RunnerInfo } from "@ebb/protocol/rest/Shapes"
import { assert, describe, expect, it } from "@effect/vitest"
import * as FakeSandbox from "../FakeSandbox.ts"
import { ebb } from "../RunEbb.ts"
import { idle, runnerId } from "./Samples.ts"

const busy: RunnerInfo = {
  ...idle,
  runner_id: runnerId(1),
  in_flight_requests: 3,
  expiration_countdown: null,
  uptime_seconds: 3725,
  state: "RUNNING",
  replacement: "WILL_REPLACE",
  leases: [
    { request_id: "req-1", caller_user_id: "user-1", leased_at_epoch: 1_000 },
    { request_id: "req-2", caller_user_id: null, leased_at_epoch: 1_001 }
  ]
}

const pending: RunnerInfo = {
  ...idle,
  runner_id: runnerId(3),
  expiration_countdown: null,
  uptime_seconds: 0,
  state: "PENDING"
}

/** How long a request has run is the clock's business; the widths of its column with it. */
const withoutTimes = (text: string): string =>
  text
    .split("\n")
    .map((line) =>
      line
        .replace(/ +Time Running +/, " Time Running ")
        .replace(/(\d+ days?, )?\d+:\d\d:\d\d\.\d{6} +/, "<T> ")
        .replace(/([━─])[━─]*([┓┩┘])$/, "$1$2")
    )
    .join("\n")

describe("ebb apps runners", () => {
  it("10: shows runners of the states asked for, and the requests on them", async () => {
    const { host } = FakeSandbox.start({ appRunners: () => ({ runners: [busy, idle, pending] }) })
    const { code, err, out } = await ebb({ host }, "apps runners demo --state running idle")
    assert.deepStrictEqual([code, err], [0, ""])
    expect(`\n${withoutTimes(out)}`).toMatchInlineSnapshot(`
      "
      Runners: 2
      Runners Pending: 0
      Runners Setting Up: 0
      ┏━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━┓
      ┃              ┃                                      ┃ In Flight ┃            ┃                         ┃                                      ┃             ┃
      ┃ Machine Type ┃ Runner ID                            ┃ Requests  ┃ Expires In ┃ Uptime                  ┃ Revision                             ┃ State       ┃
      ┡━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━┩
      │ GPU-H100     │ 11111111-aaaa-4bbb-8ccc-000000000001 │ 3 (1)     │ N/A        │ 1:02:05 (3725s)         │ 5d4c2a10-7f3e-4b1a-9c55-0e6f2d1b8a01 │ RUNNING (*) │
      │ GPU-H100     │ 11111111-aaaa-4bbb-8ccc-000000000002 │ 0         │ 287s       │ 1 day, 1:01:01 (90061s) │ 5d4c2a10-7f3e-4b1a-9c55-0e6f2d1b8a01 │ IDLE        │
      └──────────────┴──────────────────────────────────────┴───────────┴────────────┴─────────────────────────┴──────────────────────────────────────┴─┘
      Requests: 2
      ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━┳━┓
      ┃ Runner ID                            ┃ Request ID ┃ Caller ID ┃ Time Running ┃
      ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━╇━┩
      │ 11111111-aaaa-4bbb-8ccc-000000000001 │ req-1      │ user-1    │ <T> │
      │ 11111111-aaaa-4bbb-8ccc-000000000001 │ req-2      │           │ <T> │
      └──────────────────────────────────────┴────────────┴───────────┴─┘
      "
    `)
  })
  it("is empty, not an error, where the app has none", async () => {
    const { host } = FakeSandbox.start({ appRunners: () => ({ runners: [] }) })
    expect(`\n${(await ebb({ host }, "apps runners demo")).out}`).toMatchInlineSnapshot(`
      "
      Runners: 0
      Runners Pending: 0
      Runners Setting Up: 0
      ┏━━━━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━┳━━━━━━━━━━┳━━━━━━━┓
      ┃              ┃           ┃ In Flight ┃            ┃        ┃          ┃       ┃
      ┃ Machine Type ┃ Runner ID ┃ Requests  ┃ Expires In ┃ Uptime ┃ Revision ┃ State ┃
      ┡━━━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━━━━╇━━━━━━━┩
      └──────────────┴───────────┴───────────┴────────────┴────────┴──────────┴───────┘
      Requests: 0
      ┏━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━━━━┓
      ┃ Runner ID ┃ Request ID ┃ Caller ID ┃ Time Running ┃
      ┡━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━━━━┩
      └───────────┴────────────┴───────────┴──────────────┘
      "
    `)
  })
  it("prints the runners alone as JSON", async () => {
    const { host } = FakeSandbox.start({ appRunners: () => ({ runners: [busy] }) })
    assert.deepStrictEqual(JSON.parse((await ebb({ host }, "apps runners demo --json")).out), {
      runners: [
        {
          alias: "demo",
          machine_type: "GPU-H100",
          runner_id: runnerId(1),
          in_flight_requests: 3,
          expiration_countdown: null,
          uptime_seconds: 3725,
          revision: idle.revision,
          state: "RUNNING",
          replacement: "WILL_REPLACE"
        }
      ]
    })
  })
  it.each([
    ["'2 days ago'", "Since value is older than the allowed limit 1 day."],
    ["bogus!!", "Invalid since value: bogus!!. Use 'now', relative like '15m' or '24h ago', or an ISO timestamp."],
    ["15", "Invalid since value: 15. Use 'now', relative like '15m' or '24h ago', or an ISO timestamp."]
  ])("23: refuses --since %s", async (since, problem) => {
    const { code, err } = await ebb({ host: "127.0.0.1:1" }, `apps runners demo --since ${since}`)
    assert.strictEqual(code, 2)
    assert.strictEqual(err.trimEnd().split("\n").at(-1), `ebb apps runners: error: argument --since: ${problem}`)
  })
  it.each(["30m", "'2 hours ago'", "yesterday", "now"])("asks since %s as a time", async (since) => {
    const { calls, host } = FakeSandbox.start({ appRunners: () => ({ runners: [] }) })
    assert.strictEqual((await ebb({ host }, `apps runners demo --since ${since}`)).code, 0)
    const query = calls[0]?.query
    assert.isTrue(typeof query === "object" && query !== null && "since" in query)
    assert.isFalse(Number.isNaN(Date.parse(String(Object.entries(query ?? {})[0]?.[1]))))
  })
  it("takes every word after --state", async () => {
    const { err } = await ebb({ host: "127.0.0.1:1" }, "apps runners --state running demo")
    assert.include(err, "argument --state: invalid choice: 'demo' (choose from 'all', 'idle', 'running', 'pending', ")
  })
  it("says who is unknown", async () => {
    const { host } = FakeSandbox.start({
      appRunners: () => new FakeSandbox.Refusal(404, "Application 'nope' not found")
    })
    assert.deepStrictEqual(await ebb({ host }, "apps runners nope"), {
      code: 1,
      out: "",
      err: "✘ Application 'nope' not found\n"
    })
  })
})

describe("ebb runners", () => {
  it("11: lists pending ones as JSON, byte for byte", async () => {
    const { host } = FakeSandbox.start({ listRunners: () => ({ runners: [busy, idle, pending] }) })
    assert.strictEqual(
      (await ebb({ host }, "runners list --state pending --json")).out,
      '{"runners": [{"alias": "demo", "machine_type": "GPU-H100", "runner_id": ' +
        '"11111111-aaaa-4bbb-8ccc-000000000003", "in_flight_requests": 0, "expiration_countdown": null, ' +
        '"uptime_seconds": 0, "revision": "5d4c2a10-7f3e-4b1a-9c55-0e6f2d1b8a01", "state": "PENDING", ' +
        '"replacement": "NO_REPLACE"}]}\n'
    )
  })
  it("counts, explains the star, and leaves ended ones out of the count", async () => {
    const ended: RunnerInfo = { ...idle, runner_id: runnerId(4), state: "TERMINATED" }
    const draining: RunnerInfo = { ...idle, runner_id: runnerId(5), state: "DRAINING" }
    const { host } = FakeSandbox.start({ listRunners: () => ({ runners: [busy, draining, pending, ended] }) })
    const { out } = await ebb({ host }, "machine list")
    assert.isTrue(out.startsWith("Runners: 2\nRunners Pending: 1\nRunners Setting Up: 0\nRunners Draining: 1\n"), out)
    assert.include(out, "│ RUNNING (*) │")
    assert.include(out, "\n(*) Runner has been scheduled for replacement\nRequests: 2\n")
    assert.match(out, /┃ Alias ┃ Machine Type ┃ Runner ID/)
  })
  it("names runners that are delayed after a failed start", async () => {
    const { host } = FakeSandbox.start({ listRunners: () => ({ runners: [{ ...idle, state: "CRASH_BACKOFF" }] }) })
    assert.include(
      (await ebb({ host }, "runners list")).out,
      "Runners being delayed after startup failure: 1\n  Check setup() and logs for errors during startup.\n"
    )
  })
  it("stop, kill and fault say nothing", async () => {
    const ok = { ok: true } as const
    const { calls, host } = FakeSandbox.start({ stopRunner: () => ok, killRunner: () => ok, faultRunner: () => ok })
    for (const line of [
      `runners stop ${runnerId(1)}`,
      `runners stop -r ${runnerId(1)}`,
      `runners stop ${runnerId(1)} --replace`,
      `runners kill ${runnerId(1)}`,
      `runners fault ${runnerId(1)} slow --for 10s`
    ]) {
      assert.deepStrictEqual(await ebb({ host }, line), { code: 0, out: "", err: "" }, line)
    }
    assert.deepStrictEqual(
      calls.map(({ body, name, params }) => [name, params["runner"], body]),
      [
        ["stopRunner", runnerId(1), { replaceFirst: false }],
        ["stopRunner", runnerId(1), { replaceFirst: true }],
        ["stopRunner", runnerId(1), { replaceFirst: true }],
        ["killRunner", runnerId(1), {}],
        ["faultRunner", runnerId(1), { do: "slow", forMs: 10_000 }]
      ]
    )
    assert.strictEqual((await ebb({ host }, `runners kill ${runnerId(1)} --json`)).out, '{"ok": true}\n')
  })
  it("print logs oldest first, newest N with -n N, newest first as JSON", async () => {
    const logs = [1, 2, 3].map((second) => ({
      timestamp: `2026-01-01T00:00:0${second}.000Z`,
      level: second === 2 ? "STDERR" : "INFO",
      message: `line ${second}`
    }))
    const { host } = FakeSandbox.start({ runnerLogs: () => ({ startedAt: logs[0]!.timestamp, endedAt: null, logs }) })
    const messages = async (line: string) =>
      (await ebb({ host }, line)).out.split("\n").flatMap((text) => /line \d/.exec(text) ?? [])
    assert.deepStrictEqual(await messages(`runners logs ${runnerId(1)}`), ["line 1", "line 2", "line 3"])
    assert.deepStrictEqual(await messages(`runners log ${runnerId(1)} -n 2`), ["line 2", "line 3"])
    assert.deepStrictEqual(await messages(`runners logs ${runnerId(1)} --lines +2`), ["line 1", "line 2"])
    assert.match(
      (await ebb({ host }, `runners logs ${runnerId(1)}`)).out,
      /^2026-01-01 \d\d:00:01\.000[+-]\d\d:\d\d \[INFO {5}\] line 1 {24}\n/
    )
    const { logs: printed } = JSON.parse((await ebb({ host }, `runners logs ${runnerId(1)} --json`)).out)
    assert.deepStrictEqual(printed, logs.toReversed())
    const bad = await ebb({ host }, `runners logs ${runnerId(1)} -n x`)
    assert.strictEqual(bad.code, 2)
    assert.include(bad.err, "Invalid -n|--lines value. Use an integer or +integer.")
  })
})
