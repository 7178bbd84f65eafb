import * as Limits from "@ebb/plan/grace/Limits"
import { platformLimits } from "@ebb/plan/grace/PlatformLimits"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

/** What is said of a spec whose requests need 40 s and whose teardown takes 2 s. */
const said = (limits: object, window = "10m"): ReadonlyArray<Limits.Checked> => {
  const spec = specOf({ runner: { teardown: "2s" }, run: { window }, plan: { limits } })
  return Limits.check(spec, 40).filter(({ rule }) => platformLimits.some((limit) => limit.rule === rule))
}

describe("each limit of a platform", () => {
  it.each([
    [{ platform: "kubernetes" }, false, /no room for 0 s of preStop and 42 s of drain.*: set it to 42\./],
    [{ platform: "kubernetes", grace: "60s", pre_stop: "10s" }, true, /60 has room for 10 s of preStop/],
    [{ platform: "kubernetes", pre_stop: "40s" }, false, /preStop takes 40 s.*2 s more, once: set it to 82\./],
    [{ endpoint_lag: "5s" }, false, /sent for 5 s after the signal and preStop sleeps 0 s: let it sleep 5 s/],
    [{ endpoint_lag: "5s", pre_stop: "5s" }, true, /preStop sleeps 5 s/],
    [{ proxy_drain: "30s" }, false, /drains for 30 s and requests need 40 s/],
    [{ proxy_drain: "40s" }, true, /drains for 40 s/],
    [{ deregistration_delay: "20m" }, false, /only 20 min after it was deregistered, and the window is 10 min/],
    [{ deregistration_delay: "10m" }, true, /within the window/],
    [{ platform: "knative", grace: "60s" }, false, /30 s that queue-proxy sleeps: set it to 72\./],
    [{ platform: "knative" }, true, /timeoutSeconds 300/],
    [{ platform: "cloud_run" }, false, /Cloud Run kills after 10 s and 42 s are needed: no more is possible/],
    [{ platform: "fly" }, false, /Fly kills after 5 s .* set kill_timeout to 42\./],
    [{ platform: "fly", grace: "42s" }, true, /Fly kills after 42 s/],
    [{ platform: "nomad" }, false, /Nomad kills after 5 s .* set kill_timeout to 42\./],
    [{ platform: "railway" }, false, /Railway kills after 3 s .* no more is possible/],
    [{ platform: "cloudflare" }, true, /Cloudflare Containers kills after 15 min/]
  ])("%j", (limits, ok, sentence) => {
    const found = said(limits)
    assert.lengthOf(found, 1)
    assert.strictEqual(found[0]!.ok, ok, found[0]!.sentence)
    assert.match(found[0]!.sentence, sentence)
  })

  it.each([
    ["ecs", "30s", /ECS kills after 30 s .* set stopTimeout to 42\./],
    ["fargate", "5m", /Fargate kills after 2 min, and 42 s are needed/]
  ] as const)("%s, which deregisters for 5 minutes as well", (platform, grace, sentence) => {
    const [delay, kill] = said({ platform, grace }, "2m")
    assert.match(delay!.sentence, /only 5 min after it was deregistered, and the window is 2 min/)
    assert.match(kill!.sentence, sentence)
  })

  it("none is said where the spec names nothing", () => assert.deepStrictEqual(said({}), []))
})
