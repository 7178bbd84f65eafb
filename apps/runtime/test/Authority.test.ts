import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import * as Api from "@ebb/protocol/rest/Api"
import { Http } from "@ebb/runtime/planes/HttpPlane"
import { SandboxHost } from "@ebb/runtime/planes/rest/Host"
import { request } from "node:http"
import { afterAll, beforeAll, expect, test } from "vitest"
import { GrpcClient } from "./doors/GrpcClient.ts"
import { Restarted, spec } from "./Restarted.ts"

/** Who calls: no key, a key of scope API or ADMIN of the user's team, the ADMIN key of another team, the login token, the page. */
const callers = ["nobody", "api", "admin", "other", "login", "page", "elsewhere"] as const
type Caller = (typeof callers)[number]

/** What each caller in that order sees: let in, refused as unknown (401), as not allowed (403), or nothing there (404). */
type Seen = "in" | 401 | 403 | 404

const rules = {
  /** Needs an ADMIN key. `elsewhere`: a page of another origin never gets anything. */
  admin: [401, 403, "in", "in", "in", "in", 403],
  /** The same, of something that the user's team owns. */
  owned: [401, 403, "in", 404, "in", "in", 403],
  /** The same with any key. */
  read: [401, "in", "in", 404, "in", "in", 403],
  /** Any key. */
  any: [401, "in", "in", "in", "in", "in", 403],
  /** What concerns all teams: the user alone. */
  user: [401, 403, "in", 403, "in", "in", 403],
  /** A private app: keys of its team, no page, and no other team hears of it. */
  call: [401, "in", "in", 404, "in", 401, 403],
  /** A shell: as `owned`, but not for the page. */
  shell: [401, 403, "in", 404, "in", 401, 403],
  /** Uploads: any key, but not the page. */
  upload: [401, "in", "in", "in", "in", 401, 403],
  /** The files of the page, for whoever can reach the sandbox; this one has none. */
  file: [404, 404, 404, 404, 404, 404, 403],
  /** For whoever can reach the sandbox. */
  open: ["in", "in", "in", "in", "in", "in", 403]
} as const satisfies Record<string, ReadonlyArray<Seen>>

type Rule = keyof typeof rules

/** Every route, with what it needs; `at` and `body` make a call of it that is let in and changes nothing. */
const routes: Readonly<Record<string, Rule | { readonly rule: Rule; readonly at?: string; readonly body?: string }>> = {
  "ALL /fal.run/*": { rule: "call", at: "/fal.run/local/llm" },
  "ALL /ws.fal.run/*": { rule: "call", at: "/ws.fal.run/local/llm" },
  "ALL /queue.fal.run/*": { rule: "call", at: "/queue.fal.run/local/llm" },
  "ALL /rest.fal.ai/*": { rule: "upload", at: "/rest.fal.ai/storage/upload/initiate" },
  "ALL /rest.alpha.fal.ai/*": { rule: "upload", at: "/rest.alpha.fal.ai/storage/upload/initiate" },
  "ALL /v3.fal.media/*": { rule: "upload", at: "/v3.fal.media/files/upload" },
  "ALL /v3b.fal.media/*": { rule: "upload", at: "/v3b.fal.media/files/upload" },
  "ALL /v2.fal.media/*": { rule: "upload", at: "/v2.fal.media/files/upload" },
  "ALL /fal.media/*": { rule: "upload", at: "/fal.media/files/upload" },
  "ALL /api/fal/proxy": { rule: "call", at: "/api/fal/proxy" },
  "GET /v1/apps": "admin",
  "POST /v1/apps": "admin",
  "GET /v1/revisions": "admin",
  "DELETE /v1/revisions/:revision": "admin",
  "PUT /v1/apps/:app/revision": "admin",
  "PATCH /v1/apps/:app/scaling": "admin",
  "DELETE /v1/apps/:app": "admin",
  "GET /v1/apps/:app/queue": "owned",
  "DELETE /v1/apps/:app/queue": "admin",
  "GET /v1/gpus": "admin",
  "POST /v1/apps/:app/faults": "admin",
  "DELETE /v1/apps/:app/faults/:fault": "admin",
  "GET /v1/apps/:app/runners": "owned",
  "GET /v1/runners": "admin",
  "POST /v1/runners/:runner/stop": "admin",
  "POST /v1/runners/:runner/kill": "admin",
  "POST /v1/runners/:runner/faults": "admin",
  "GET /v1/runners/:runner/logs": "owned",
  "POST /v1/apps/:app/rollouts": "admin",
  "POST /v1/apps/:app/rollouts/dry-run": "admin",
  "GET /v1/rollouts": "admin",
  "GET /v1/rollouts/:rollout": "owned",
  "GET /v1/requests": "admin",
  "GET /v1/secrets": "admin",
  "PUT /v1/secrets/:name": "admin",
  "DELETE /v1/secrets/:name": "admin",
  "GET /v1/environments": "admin",
  "POST /v1/environments": "admin",
  "DELETE /v1/environments/:name": "admin",
  "GET /v1/keys": "admin",
  "POST /v1/keys": "admin",
  "DELETE /v1/keys/:key": "admin",
  "GET /v1/teams": "user",
  "POST /v1/teams": { rule: "user", body: '{"name":"acme"}' },
  "GET /v1/status": "any",
  "POST /v1/dashboard": { rule: "user", body: "{}" },
  "POST /v1/down": { rule: "user", body: "{}" },
  "GET /users/current": "any",
  "GET /users/teams": "any",
  "GET /applications/:owner/:app/queue": "owned",
  "DELETE /applications/:owner/:app/queue": "owned",
  "GET /applications/:owner/:app/metadata": "read",
  "GET /applications/metrics": "admin",
  "GET /files/*": { rule: "admin", at: "/files/list/" },
  "POST /files/*": { rule: "admin", at: "/files/file/local/a" },
  "PUT /files/*": { rule: "admin", at: "/files/app/multipart/a/b/1" },
  "DELETE /files/*": { rule: "admin", at: "/files/file/a" },
  "GET /v1/serverless/requests/by-endpoint": {
    rule: "owned",
    at: "/v1/serverless/requests/by-endpoint?endpoint_id=local/llm"
  },
  "GET /v1/serverless/analytics": {
    rule: "owned",
    at: "/v1/serverless/analytics?endpoint_id=local/llm"
  },
  "GET /v1/serverless/metrics": "admin",
  "GET /api.fal.ai/v1/serverless/requests/by-endpoint": {
    rule: "owned",
    at: "/api.fal.ai/v1/serverless/requests/by-endpoint?endpoint_id=local/llm"
  },
  "GET /api.fal.ai/v1/serverless/analytics": {
    rule: "owned",
    at: "/api.fal.ai/v1/serverless/analytics?endpoint_id=local/llm"
  },
  "GET /api.fal.ai/v1/serverless/metrics": "admin",
  "GET /applications/:owner/:app/events": "owned",
  "GET /runners/": { rule: "owned", at: "/runners/?application=llm" },
  "GET /runners/:runner": "owned",
  "POST /logs/history": { rule: "owned", at: "/logs/history?job_id=:runner" },
  "POST /logs/stream": { rule: "owned", at: "/logs/stream?job_id=:runner" },
  "GET /metrics": "admin",
  "GET /v1/journal": "user",
  "GET /v1/events": "admin",
  "GET /.well-known/jwks.json": "open",
  "GET /openapi.json": "open",
  "GET /playground/:owner/:app/*": { rule: "open", at: "/playground/local/llm" },
  "GET /*": { rule: "file", at: "/" },
  "UPGRADE /fal.run/*": { rule: "call", at: "/fal.run/local/llm/realtime" },
  "UPGRADE /v1/runners/:runner/shell": "shell"
}

/** Every method of gRPC: all need an ADMIN key; the page and its cookie have no way here. */
const methods = new Set(
  (
    "RolloutApplication ListAliases UpdateApplication DeleteAlias ListApplications SetAlias DeleteApplication " +
    "BuildEnvironment RegisterApplication Run Map InteractiveRun ListAliasRunners ListRunners StopRunner KillRunner " +
    "ShellRunner SetSecret ListSecrets ListEnvironments CreateEnvironment DeleteEnvironment CreateUserKey " +
    "ListUserKeys RevokeUserKey"
  ).split(" ")
)
const unauthenticated = 16
const permissionDenied = 7

const ebb = new Restarted()
const names: Record<string, string> = {
  app: "llm",
  owner: "local",
  rollout: "last",
  name: "A",
  key: "k",
  revision: "r"
}
let credentials: Readonly<Record<Caller, Readonly<Record<string, string>>>>

const cookieOf = async (): Promise<string> => {
  const link = ebb.running.get(SandboxHost).links.make(ebb.running.url)
  const signedIn = await fetch(link, { redirect: "manual" })
  return signedIn.headers.getSetCookie()[0]!.split(";")[0]!
}

beforeAll(async () => {
  await ebb.up(spec("1ms"))
  const { runners } = await ebb.until(
    () => ebb.ask(Api.appRunners, { params: { app: "llm" }, query: {} }),
    (seen) => seen.runners.some(({ state }) => state === "IDLE")
  )
  names["runner"] = runners[0]!.runner_id
  await ebb.ask(Api.rollout, { params: { app: "llm" }, query: {}, body: {} })
  const { key: other } = await ebb.ask(Api.createTeam, { params: {}, body: { name: "acme" } })
  const api = await ebb.ask(Api.createKey, { params: {}, body: { scope: "API" } })
  const origin = new URL(ebb.running.url).origin
  const cookie = await cookieOf()
  credentials = {
    nobody: {},
    api: { authorization: `Key ${api.key_id}:${api.key_secret}` },
    admin: { authorization: `Key ${ebb.key}` },
    other: { authorization: `Key ${other.key_id}:${other.key_secret}` },
    login: { authorization: `Bearer ${ebb.running.started.directory.login.read()}` },
    page: { cookie, origin },
    elsewhere: { cookie, origin: "http://elsewhere.example" }
  }
})

afterAll(() => ebb.remove())

const seen = (status: number): Seen => (status === 401 || status === 403 || status === 404 ? status : "in")

/** The status of a call, its answer not waited for. */
const statusOf = (method: string, path: string, headers: Record<string, string>, body: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const url = `${ebb.running.url}${path.replaceAll(/:(\w+)/g, (_, name) => names[name] ?? name)}`
    const length =
      ["GET", "DELETE"].includes(method) && body === "" ? {} : { "content-length": Buffer.byteLength(body) }
    const asked = request(url, { method, headers: { ...headers, ...length } })
    asked.on("response", (answer) => {
      resolve(answer.statusCode ?? 0)
      answer.destroy()
    })
    asked.on("upgrade", ({ statusCode = 0 }, socket) => {
      resolve(statusCode)
      socket.destroy()
    })
    asked.on("error", reject)
    asked.end(body)
  })

const handshake = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="
}

const call = (route: string, caller: Caller): Promise<number> => {
  const row = routes[route]!
  const { at = null, body = "{" } = typeof row === "string" ? {} : row
  const [method = "", path = ""] = route.split(" ")
  if (method === "UPGRADE") return statusOf("GET", at ?? path, { ...handshake, ...credentials[caller] }, "")
  const proxied = path === "/api/fal/proxy" ? { "x-fal-target-url": "https://fal.run/local/llm" } : {}
  const sent = method === "GET" ? "" : body
  return statusOf(method === "ALL" ? "POST" : method, at ?? path, { ...proxied, ...credentials[caller] }, sent)
}

test("every route of the sandbox has its row here", () => {
  const served = ebb.running.get(Http).routes.filter((route) => route !== "ALL /*")
  const rows = Object.keys(routes).filter((route) => !route.startsWith("UPGRADE"))
  expect(rows.toSorted()).toEqual(served.toSorted())
})

test.each(Object.keys(routes))("%s lets in whom it should, and no one else", async (route) => {
  const row = routes[route]!
  const rule = rules[typeof row === "string" ? row : row.rule]
  const found: Array<readonly [Caller, Seen]> = []
  for (const caller of callers) found.push([caller, seen(await call(route, caller))])
  expect(found).toEqual(callers.map((caller, n) => [caller, rule[n]]))
})

test("every method of gRPC has its row here", () => {
  expect([...methods].toSorted()).toEqual(IsolateController.methods.map(({ name }) => name).toSorted())
})

test.each([...methods])("gRPC %s wants an ADMIN key", async (name) => {
  const client = new GrpcClient(ebb.running.url, {})
  const status = async (caller: Caller): Promise<number> => {
    const opened = client.open(`/${IsolateController.typeName}/${name}`, credentials[caller])
    opened.stream.end(Buffer.alloc(5))
    return (await opened.ended()).status
  }
  expect([await status("nobody"), await status("api"), await status("page")]).toEqual([
    unauthenticated,
    permissionDenied,
    unauthenticated
  ])
  for (const caller of ["admin", "other", "login"] as const)
    expect([permissionDenied, unauthenticated]).not.toContain(await status(caller))
  client.close()
})
