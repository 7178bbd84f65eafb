import { names } from "@ebb/core/domain/Names"
import { settings, settingsWith } from "@ebb/core/domain/Settings"
import * as Api from "@ebb/protocol/rest/Api"
import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { GrpcClient, keyOf } from "./doors/GrpcClient.ts"
import { Restarted, spec } from "./Restarted.ts"

let ebb: Restarted
beforeEach(async () => {
  ebb = new Restarted()
  await ebb.up(spec("5ms"))
})
afterEach(() => ebb.remove())

/** A call with any body and key, as nobody's client would send it. */
const ask = async (method: string, path: string, body?: object): Promise<readonly [number, string]> => {
  const headers = { authorization: `Key ${ebb.key}`, "content-type": "application/json" }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(`${ebb.running.url}/v1/${path}`, { method, headers, ...sent })
  const answer: unknown = await response.json()
  return [response.status, typeof answer === "object" && answer !== null ? String(Reflect.get(answer, "detail")) : ""]
}

const scaled = settingsWith({ isScaled: true }).map((key) => settings[key])

describe("a setting beyond its range", () => {
  test.each(scaled.map((setting) => [setting.wire, setting] as const))(
    "%s: is refused over HTTP",
    async (wire, { least, most }) => {
      const before = await ebb.ask(Api.listApps, { params: {}, query: {} })
      for (const value of [1e308, most + 1]) {
        const refused = await ask("PATCH", "apps/llm/scaling", { [wire]: value })
        expect(refused).toEqual([400, `${wire} must be at most ${most}, got ${value}`])
      }
      const refused = await ask("PATCH", "apps/llm/scaling", { [wire]: -5 })
      expect(refused).toEqual([400, `${wire} must be at least ${least}, got -5`])
      expect(await ebb.ask(Api.listApps, { params: {}, query: {} })).toEqual(before)
    }
  )

  test("is refused over gRPC, scaled and deployed", async () => {
    const [id = "", secret = ""] = ebb.key.split(":")
    const client = new GrpcClient(ebb.running.url, keyOf(id, secret))
    const most = 2 ** 31 - 1
    for (const { grpc, most: limit, wire } of scaled.filter((setting) => setting.grpc !== null)) {
      const { details, status } = await client.call(IsolateController.method.updateApplication, {
        applicationName: "llm",
        [grpc]: most
      })
      expect([status, details]).toEqual([3, `${wire} must be at most ${limit}, got ${most}`])
    }
    const { details, status } = await client.call(IsolateController.method.registerApplication, {
      applicationName: "other",
      machineRequirements: { keepAlive: most }
    })
    client.close()
    expect([status, details]).toEqual([3, `deploy:1: scaling.keep_alive: must be at most 8760h, got ${most}s`])
  })

  test("that an earlier version kept is brought into it, which is said", async () => {
    await ebb.end()
    const said = vi.spyOn(console, "error").mockImplementation(() => {})
    const database = new DatabaseSync(join(ebb.data, "ebb.sqlite"))
    database.exec(`
      update apps set scaling = json_set(scaling, '$.keepAliveSeconds', 1e308, '$.minConcurrency', -3);
      update revisions set spec = json_set(spec, '$.scaling.keep_alive', '99999999h', '$.app.name', '${"x".repeat(20_000)}')`)
    database.close()
    await ebb.up()
    const lines = said.mock.calls.map(([line]) => String(line))
    said.mockRestore()
    expect(lines).toEqual([
      "App 'llm' had keep_alive 1e+308; it may be 0 to 31536000, so 31536000 holds",
      "App 'llm' had min_concurrency -3; it may be 0 to 100000, so 0 holds"
    ])
    const { apps } = await ebb.ask(Api.listApps, { params: {}, query: {} })
    expect(apps).toMatchObject([{ alias: "llm", keep_alive: settings.keepAliveSeconds.most, min_concurrency: 0 }])
    expect((await ebb.direct("llm")).status).toBe(200)
  })
})

const strange = ["a\nb", "a\u0000b", "\u001b[31mred", "x".repeat(20_000)]

describe("a name that is none", () => {
  const refusedFor = (what: string) => [400, expect.stringMatching(new RegExp(`^${what} '[^\\p{Cc}]*' must `, "u"))]

  test.each(["", ...strange])("%j is refused for apps, environments, teams and secrets", async (name) => {
    const text = spec("5ms")
    expect(await ask("POST", "apps", { spec: text, name })).toEqual(refusedFor(names.app.what))
    expect(await ask("POST", "environments", { name })).toEqual(refusedFor(names.environment.what))
    expect(await ask("POST", "teams", { name })).toEqual(refusedFor(names.team.what))
    if (name === "" || name.length > 10_000) return
    const secret = await ask("PUT", `secrets/${encodeURIComponent(name)}`, { value: "v" })
    expect(secret).toEqual(refusedFor(names.secret.what))
  })

  test.each(strange)("%j is refused as a description and as a region", async (text) => {
    expect(await ask("POST", "keys", { scope: "API", description: text })).toEqual(refusedFor("Key description"))
    expect(await ask("POST", "environments", { name: "staging", description: text })).toEqual(
      refusedFor("Environment description")
    )
    expect(await ask("PATCH", "apps/llm/scaling", { valid_regions: [text] })).toEqual(refusedFor("Region"))
  })
})

test.each(["-5", "0", "1e9", "10001", "ten", ""])("a limit of %j rows of the ledger is refused", async (limit) => {
  expect(await ask("GET", `requests?limit=${limit}`)).toEqual([
    400,
    `limit must be a whole number from 1 to 10000, got "${limit}"`
  ])
})
