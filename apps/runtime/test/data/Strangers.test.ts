import * as Api from "@ebb/protocol/rest/Api"
import { Schema } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Restarted } from "../Restarted.ts"
import { printing } from "./PrintingServer.ts"

const app = (name: string, auth: string, multiplexing: number) => `
app: { name: ${name}, auth: ${auth}, max_multiplexing: ${multiplexing}, termination_grace_period: 5s }
scaling: { min_concurrency: 1, max_concurrency: 1 }
runner: { scheduling: 5ms, setup: 5ms, teardown: 5ms, service: 5ms }
`

const ebb = new Restarted()
let beta = ""
let gamma = ""

const keyOf = async (team: string): Promise<string> => {
  await ebb.ask(Api.createTeam, { params: {}, body: { name: team } })
  return ebb.running.started.directory.teamKeys.read(team) ?? ""
}

beforeAll(async () => {
  ebb.allowProcesses = true
  const simulated = [app("shr", "shared", 100), app("sim", "public", 100), app("own", "private", 1)]
  await ebb.up(...simulated, printing("loud", 4), printing("lone", 1))
  beta = await keyOf("beta")
  gamma = await keyOf("gamma")
})
afterAll(() => ebb.remove())

const Queued = Schema.Struct({ request_id: Schema.String })

/** `key` null: without credentials. */
const call = async (key: string | null, method: string, path: string, more: RequestInit = {}) => {
  const headers: Record<string, string> = key === null ? {} : { authorization: `Key ${key}` }
  const sent = await fetch(`${ebb.running.url}/queue.fal.run/local/${path}`, {
    method,
    ...more,
    headers: { ...headers, ...(more.headers as Record<string, string> | undefined) }
  })
  return { status: sent.status, text: await sent.text() }
}

const submit = async (key: string | null, name: string, service = "5ms", body = "{}"): Promise<string> => {
  const { text } = await call(key, "POST", name, { headers: { "x-ebb-service": service }, body })
  return Schema.decodeUnknownSync(Schema.fromJsonString(Queued))(text).request_id
}

const asked = [
  ["GET", "/status"],
  ["GET", "/status?logs=1"],
  ["GET", "/status/stream"],
  ["GET", ""],
  ["GET", "/response"],
  ["HEAD", ""],
  ["POST", "/status"],
  ["PUT", "/cancel"],
  ["GET", "/cancel"]
] as const

/** All that can be asked of a request, with its id taken out. */
const answers = async (key: string | null, name: string, id: string) => {
  const all: Array<readonly [method: string, what: string, status: number, text: string]> = []
  for (const [method, what] of asked) {
    const { status, text } = await call(key, method, `${name}/requests/${id}${what}`)
    all.push([method, what, status, text.replaceAll(id, "ID")])
  }
  return all
}

const done = (key: string | null, name: string, id: string) =>
  ebb.until(
    () => call(key, "GET", `${name}/requests/${id}/status?logs=1`),
    ({ status }) => status === 200
  )

const unknown = "7f9d4f70-0000-4000-8000-000000000000"

describe("to anybody but the team that sent it and the app's, a request is one that does not exist", () => {
  test.each([
    ["shr", (): string | null => beta],
    ["shr", (): string | null => null],
    ["shr", (): string | null => "no:key"],
    ["sim", (): string | null => beta],
    ["sim", (): string | null => null]
  ] as const)("of %s", async (name, who) => {
    for (const service of ["5ms", "60s"]) {
      const id = await submit(ebb.key, name, service)
      if (service === "5ms") await done(ebb.key, name, id)
      expect(await answers(who(), name, id)).toEqual(await answers(who(), name, unknown))
      const { status } = await call(ebb.key, "PUT", `${name}/requests/${id}/cancel`)
      expect(status).toBe(service === "5ms" ? 400 : 202)
    }
  })

  test("as when its app has gone", async () => {
    await ebb.ask(Api.deploy, { params: {}, body: { spec: app("gone", "shared", 1), name: "gone" } })
    const [own, theirs] = [await submit(ebb.key, "gone"), await submit(beta, "gone")]
    for (const id of [own, theirs]) await done(ebb.key, "gone", id)
    await ebb.ask(Api.deleteApp, { params: { app: "gone" }, query: {} })
    expect(await answers(beta, "gone", own)).toEqual(await answers(beta, "gone", unknown))
    expect(await answers(gamma, "gone", theirs)).toEqual(await answers(gamma, "gone", unknown))
    expect((await call(beta, "GET", `gone/requests/${theirs}`)).status).toBe(200)
    expect((await call(ebb.key, "GET", `gone/requests/${theirs}`)).status).toBe(200)
  })

  test("an unknown one is refused as it always was", async () => {
    const found = (await answers(beta, "shr", unknown)).map(([method, what, status]) => [method, what, status])
    expect(found).toEqual(asked.map(([method, what]) => [method, what, 404]))
    expect(await call(beta, "PUT", `shr/requests/${unknown}/cancel`)).toEqual({
      status: 404,
      text: JSON.stringify({ status: "NOT_FOUND" })
    })
    expect((await call(null, "GET", `shr/requests/${unknown}`)).status).toBe(401)
  })
})

test("the team that sent a request and that of its app read and cancel it", async () => {
  for (const name of ["shr", "sim"]) {
    const id = await submit(beta, name)
    expect((await done(beta, name, id)).status).toBe(200)
    for (const key of [beta, ebb.key]) {
      expect(await call(key, "GET", `${name}/requests/${id}`)).toEqual({ status: 200, text: "{}" })
      expect((await call(key, "GET", `${name}/requests/${id}/status/stream`)).text).toContain("COMPLETED")
      const slow = await submit(beta, name, "60s")
      expect((await call(key, "PUT", `${name}/requests/${slow}/cancel`)).status).toBe(202)
    }
    expect((await call(gamma, "GET", `${name}/requests/${id}`)).status).toBe(404)
  }
})

test("one that was sent without credentials is there for whoever knows its id", async () => {
  for (const key of [null, beta, ebb.key]) {
    const id = await submit(null, "sim")
    expect((await done(key, "sim", id)).status).toBe(200)
    expect(await call(key, "GET", `sim/requests/${id}`)).toEqual({ status: 200, text: "{}" })
    const slow = await submit(null, "sim", "60s")
    expect((await call(key, "PUT", `sim/requests/${slow}/cancel`)).status).toBe(202)
  }
})

test("a request under the name of another app is not there, for its own team either", async () => {
  const id = await submit(ebb.key, "shr")
  expect((await call(ebb.key, "GET", `own/requests/${id}`)).status).toBe(404)
  expect((await call(beta, "GET", `own/requests/${id}`)).text).toContain("Application 'own' not found")
})

describe("what a runner printed while several were on it", () => {
  const Status = Schema.Struct({ logs: Schema.Array(Schema.Struct({ message: Schema.String })) })
  const printed = async (key: string, name: string, id: string): Promise<ReadonlyArray<string>> => {
    const { text } = await call(key, "GET", `${name}/requests/${id}/status?logs=1`)
    const { logs } = Schema.decodeUnknownSync(Schema.fromJsonString(Status))(text)
    return logs.map(({ message }) => message).filter((message) => message.startsWith("input"))
  }
  /** The runner that has it, once it has printed what it was sent. */
  const heard = (id: string, body: string) =>
    ebb.until(
      () => ebb.kernel.world.requests.withId(id)?.runner ?? null,
      (runner) => runner !== null && runner.logs.all().some(({ message }) => message === `input: ${body}`)
    )

  test("is shown to the app's team; to another what came while its request was the only one", async () => {
    const theirs = await submit(beta, "loud", "5ms", "held by beta")
    await heard(theirs, "held by beta")
    const own = await submit(ebb.key, "loud", "5ms", "a secret of local")
    await heard(own, "a secret of local")
    const later = await submit(beta, "loud", "5ms", "beta again")
    await heard(later, "beta again")
    const all = ["input: held by beta", "input: a secret of local", "input: beta again"]
    const seen = async () => [
      await printed(ebb.key, "loud", theirs),
      await printed(beta, "loud", theirs),
      await printed(beta, "loud", later)
    ]
    expect(await seen()).toEqual([all, ["input: held by beta"], []])
    expect((await call(beta, "PUT", `loud/requests/${theirs}/cancel`)).status).toBe(202)
    for (const id of [theirs, own, later]) await done(ebb.key, "loud", id)
    expect(await seen()).toEqual([all, ["input: held by beta"], []])
  })

  test("one after the other: to another team never what the runner printed for the request before", async () => {
    const first = await submit(beta, "lone", "5ms", "held")
    const runner = await heard(first, "held")
    const all = Array.from({ length: 20 }, (_, n) => [
      submit(ebb.key, "lone", "5ms", `go, local ${n}`),
      submit(beta, "lone", "5ms", `go, beta ${n}`)
    ])
    const sent = await Promise.all(all.flat())
    expect(await printed(beta, "lone", first)).toEqual(["input: held"])
    await call(beta, "PUT", `lone/requests/${first}/cancel`)
    for (const id of sent) await done(ebb.key, "lone", id)
    expect(runner!.logs.all().filter(({ message }) => message.includes("go, local"))).toHaveLength(20)
    for (const id of sent.filter((_, at) => at % 2 === 1)) {
      expect((await printed(beta, "lone", id)).join()).not.toContain("local")
    }
  })
})

test("after a restart a request is still there for the same teams, without the lines of a runner that has gone", async () => {
  const id = await submit(beta, "lone", "5ms", "go")
  await done(beta, "lone", id)
  await ebb.up()
  expect((await call(beta, "GET", `lone/requests/${id}/status?logs=1`)).text).toContain('"logs":[]')
  const found = async (key: string) => (await call(key, "GET", `lone/requests/${id}`)).status
  expect([await found(beta), await found(ebb.key), await found(gamma)]).toEqual([200, 200, 404])
})
