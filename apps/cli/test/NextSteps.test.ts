import { assert, describe, it } from "@effect/vitest"
import { idOf } from "./EventSamples.ts"
import * as FakeSandbox from "./FakeSandbox.ts"
import { demo, idle, status } from "./golden/Samples.ts"
import { ebb } from "./RunEbb.ts"

describe("an empty list says what to do, with a command that works", () => {
  it("of rollouts: of an app that is there", async () => {
    const { host } = FakeSandbox.start({ listRollouts: () => ({ rollouts: [] }), listApps: () => ({ apps: [demo] }) })
    const { code, err } = await ebb({ host }, "rollouts list")
    assert.deepStrictEqual([code, err], [0, "No rollout yet. Begin one with: ebb apps rollout demo --watch\n"])
    assert.strictEqual((await ebb({ host }, "rollouts list --json")).err, "")
  })
  it("of secrets", async () => {
    const { host } = FakeSandbox.start({ listSecrets: () => ({ secrets: [] }) })
    assert.strictEqual(
      (await ebb({ host }, "secrets list")).err,
      "No secret yet. Set one with: ebb secrets set NAME=VALUE\n"
    )
  })
  it("of apps and of runners", async () => {
    const { host } = FakeSandbox.start({ listApps: () => ({ apps: [] }), listRunners: () => ({ runners: [] }) })
    const deploy = "No app yet. Write a spec with: ebb init, then deploy it with: ebb deploy ebb.yaml\n"
    assert.strictEqual((await ebb({ host }, "apps list")).err, deploy)
    assert.strictEqual((await ebb({ host }, "runners list")).err, deploy)
  })
})

describe("ebb status", () => {
  it("says what is made to go wrong, with the command that ends it", async () => {
    const faults = [{ app: "demo", do: "setup_failure", sinceMs: 1000, untilMs: null }] as const
    const { host } = FakeSandbox.start({ status: () => ({ ...status, faults }) })
    const { out } = await ebb({ host }, "status")
    const told = "fault setup_failure of demo is in force; end it with:\n  ebb apps fault demo setup_failure --stop\n"
    assert.include(out, told)
  })
})

describe("a runner by the beginning of its id", () => {
  const ok = { ok: true } as const
  const start = () =>
    FakeSandbox.start({
      listRunners: () => ({ runners: [1, 2].map((number) => ({ ...idle, runner_id: idOf(number) })) }),
      killRunner: () => ok
    })
  it("is found where no other begins so", async () => {
    const { calls, host } = start()
    assert.strictEqual((await ebb({ host }, "runners kill 2222")).code, 0)
    assert.deepStrictEqual(calls.at(-1)?.params, { runner: idOf(2) })
  })
  it.each([
    ["21111111", "Runner '21111111' not found. Did you mean 11111111?"],
    ["nope", "Runner 'nope' not found. The runners are in: ebb runners list"]
  ])("%s is not", async (typed, text) => {
    assert.strictEqual((await ebb(start(), `runners kill ${typed}`)).err, `✘ ${text}\n`)
  })
  it("is not guessed where several begin so", async () => {
    const { host } = FakeSandbox.start({
      listRunners: () => ({ runners: [1, 2].map((number) => ({ ...idle, runner_id: `abc${number}` })) })
    })
    assert.match((await ebb({ host }, "runners kill abc")).err, /^✘ 2 runners begin with 'abc'\./)
  })
})
