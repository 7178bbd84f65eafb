import * as Api from "@ebb/protocol/rest/Api"
import { pathOf } from "@ebb/protocol/rest/Endpoint"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const spec = `
app: { name: hidden, max_multiplexing: 4, termination_grace_period: 3s }
scaling: { min_concurrency: 1, max_concurrency: 2, keep_alive: 300s }
runner: { scheduling: 5ms, setup: 5ms, service: 5ms }
`
const secretValue = "a-secret-that-nobody-may-read-7f3a"
const payload = "a-payload-that-is-nobodys-business-91c2"

const ebb = new Ebb()
let acme = ""

/** What team local owns, by the names of the parameters that name it. */
const owned = {
  app: "hidden",
  fault: "submit_stall",
  runner: "",
  rollout: "",
  revision: "",
  key: "",
  name: "SECRET_NAME"
}

beforeAll(async () => {
  const file = join(ebb.data, "hidden.yaml")
  writeFileSync(file, spec)
  await ebb.up(file)
  const [runner] = await ebb.serving("hidden", 1)
  expect(ebb.run("teams", "create", "acme").code).toBe(0)
  acme = readFileSync(join(ebb.data, "keys", "acme.key"), "utf8").trim()
  expect(ebb.run("secrets", "set", `SECRET_NAME=${secretValue}`).code).toBe(0)
  expect(ebb.run("environments", "create", "staging").code).toBe(0)
  const began = JSON.parse(ebb.run("apps", "rollout", "hidden", "--json").stdout)
  await ebb.finished()
  const { revisions } = await ebb.ask(Api.listRevisions, { params: {}, query: {} })
  const { keys } = await ebb.ask(Api.listKeys, { params: {} })
  Object.assign(owned, { runner: runner!.runner_id, rollout: began.id })
  Object.assign(owned, { revision: revisions[0]!.application_id, key: keys[0]!.key_id })
  await ebb.direct("local/hidden", { body: JSON.stringify({ payload }) })
  await ebb.submit("local/hidden")
})

afterAll(() => ebb.remove())

const bodies: Readonly<Record<string, unknown>> = {
  setRevision: { revision: "x" },
  rollout: { force: true },
  faultApp: { do: "setup_failure" },
  faultRunner: { do: "crash" },
  scale: {},
  createTeam: { name: "other" }
}

const asAcme = async (name: string, endpoint: (typeof Api)[keyof typeof Api]) => {
  const params = name === "deleteEnvironment" ? { name: "staging" } : owned
  const needsBody = endpoint.method !== "GET" && endpoint.body !== null
  const answer = await fetch(`${ebb.url}${pathOf(endpoint.path, params)}`, {
    method: endpoint.method,
    headers: { authorization: `Key ${acme}` },
    ...(needsBody ? { body: JSON.stringify(bodies[name] ?? {}) } : {})
  })
  return { status: answer.status, text: await answer.text() }
}

/** What changes something of the caller's own, or of the whole sandbox: nothing of another team's is named in it. */
const own = ["deploy", "setSecret", "createEnvironment", "createKey", "status"]
const ofTheUser = ["dashboardLink", "down", "listTeams", "createTeam"]
const named = Object.entries(Api).filter(([name]) => !own.includes(name) && !ofTheUser.includes(name))

test.each(named.filter(([, { path }]) => path.includes(":")))(
  "%s: what another team owns is as if it were not there",
  async (name, endpoint) => {
    const { status, text } = await asAcme(name, endpoint)
    expect([status, text]).toEqual([404, expect.stringContaining("not found")])
  }
)

test.each(named.filter(([, { path }]) => !path.includes(":")))(
  "%s: shows nothing of another team",
  async (name, endpoint) => {
    const { status, text } = await asAcme(name, endpoint)
    expect(status).toBe(200)
    for (const id of Object.values(owned)) expect(text).not.toContain(id)
    expect(text).not.toContain("staging")
  }
)

test("what shows all teams at once is for the user's own team alone", async () => {
  for (const [name, endpoint] of Object.entries(Api).filter(([each]) => ofTheUser.includes(each))) {
    expect([name, (await asAcme(name, endpoint)).status]).toEqual([name, 403])
  }
  const journal = await fetch(`${ebb.url}/v1/journal`, { headers: { authorization: `Key ${acme}` } })
  expect(journal.status).toBe(403)
})

test("the routes of the public command line and the streams show nothing of another team either", async () => {
  const ask = async (method: string, path: string) => {
    const answer = await fetch(`${ebb.url}${path}`, { method, headers: { authorization: `Key ${acme}` } })
    return { status: answer.status, text: await answer.text() }
  }
  const gone = [
    ["GET", "/applications/local/hidden/queue"],
    ["DELETE", "/applications/local/hidden/queue"],
    ["GET", `/runners/${owned.runner}`],
    ["POST", `/logs/history?job_id=${owned.runner}`],
    ["POST", `/logs/stream?job_id=${owned.runner}`],
    ["GET", "/v1/events?app=hidden"],
    ["POST", "/fal.run/local/hidden"],
    ["POST", "/queue.fal.run/local/hidden"],
    ["GET", "/queue.fal.run/local/hidden/requests/any/status"]
  ] as const
  for (const [method, path] of gone) expect([path, (await ask(method, path)).status]).toEqual([path, 404])
  for (const path of ["/applications/metrics", "/metrics", "/users/current"]) {
    const { status, text } = await ask("GET", path)
    expect([path, status]).toEqual([path, 200])
    expect(text).not.toContain("hidden")
  }
})

test("a path that names another owner is not taken for the caller's own", async () => {
  const headers = { authorization: `Key ${ebb.key}` }
  const size = (owner: string) => fetch(`${ebb.url}/applications/${owner}/hidden/queue`, { headers })
  expect([(await size("local")).status, (await size("acme")).status]).toEqual([200, 404])
})

test("every route but the public ones wants credentials", async () => {
  const open = ["/", "/openapi.json", "/.well-known/jwks.json"]
  for (const path of open) expect([path, (await fetch(`${ebb.url}${path}`)).status]).toEqual([path, 200])
  const closed = ["/metrics", "/v1/journal", "/v1/events", "/users/current", "/users/teams", "/applications/metrics"]
  for (const path of [...closed, ...Object.values(Api).map(({ path }) => path)]) {
    const { method = "GET" } = Object.values(Api).find((each) => each.path === path) ?? {}
    expect([path, (await fetch(`${ebb.url}${path}`, { method })).status]).toEqual([path, 401])
  }
})

test("no key and no secret lies in the clear anywhere but in the files of keys", () => {
  const keys = [readFileSync(join(ebb.data, "admin.key"), "utf8").trim(), acme].map((key) => key.split(":")[1]!)
  const token = readFileSync(join(ebb.data, "login", "auth0_token"), "utf8").split("\n")[1]!
  const files = readdirSync(ebb.data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".key") && entry.name !== "auth0_token")
    .map((entry) => join(entry.parentPath, entry.name))
  expect(files.some((file) => file.includes("ebb.sqlite"))).toBe(true)
  for (const file of files) {
    const text = readFileSync(file, "latin1")
    for (const word of [...keys, token, secretValue]) expect([file, text.includes(word)]).toEqual([file, false])
  }
  for (const file of files.filter((each) => each.includes("journal"))) {
    expect(readFileSync(file, "latin1")).not.toContain(payload)
  }
})
