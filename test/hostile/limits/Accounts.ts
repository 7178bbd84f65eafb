import * as Api from "@ebb/protocol/rest/Api"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect } from "vitest"
import type { Ebb } from "../../e2e/Ebb.ts"
import { type Over, type Overs, withOwn, words } from "./Over.ts"

const none = { params: {}, query: {} }

const link = async (ebb: Ebb): Promise<string> => (await ebb.ask(Api.dashboardLink, { ...none, body: undefined })).url

/** The cookie that a link brings; null where it is void. */
const cookieOf = async (url: string): Promise<string | null> => {
  const answer = await fetch(url, { redirect: "manual" })
  return answer.headers.get("set-cookie")?.split(";")[0] ?? null
}

const seenWith = async (ebb: Ebb, cookie: string): Promise<number> =>
  (await fetch(`${ebb.url}/v1/apps`, { headers: { cookie, origin: ebb.url } })).status

/** The browser that signed in first is signed in no longer. */
const sessions = async (ebb: Ebb): Promise<void> => {
  const first = (await cookieOf(await link(ebb)))!
  expect(await seenWith(ebb, first)).toBe(200)
  const second = (await cookieOf(await link(ebb)))!
  expect([await seenWith(ebb, first), await seenWith(ebb, second)]).toEqual([401, 200])
}

/** A browser that brings cookies of two other sandboxes keeps the newer. */
const signInsPerBrowser = async (ebb: Ebb): Promise<void> => {
  const cookie = "ebb_session_older=a; theme=dark; ebb_session_newer=b"
  const answer = await fetch(await link(ebb), { redirect: "manual", headers: { cookie } })
  const [own, ...others] = answer.headers.getSetCookie().map((each) => each.split(";", 2).join(";"))
  expect(await seenWith(ebb, own!.split(";")[0]!)).toBe(200)
  expect(others).toEqual(["ebb_session_older=; Max-Age=0"])
}

/** The older of two links that nobody used is void. */
const signInLinks = async (ebb: Ebb): Promise<void> => {
  const [older, newer] = [await link(ebb), await link(ebb)]
  expect([await cookieOf(older), typeof (await cookieOf(newer))]).toEqual([null, "string"])
}

/** Makes one after the other until it is refused: in what words. */
const untilRefused = async (make: (at: number) => Promise<unknown>): Promise<string> => {
  for (let at = 0; at < 10; at++) {
    const problem = await make(at).then(
      () => null,
      (error: unknown) => String(error)
    )
    if (problem !== null) return problem
  }
  return "never refused"
}

const most =
  (what: string, make: (at: number) => Promise<unknown>): Over =>
  async () =>
    expect(await untilRefused(make)).toContain(`There are 3 ${what}, which is the most`)

const secret = (ebb: Ebb, name: string, value: string) =>
  ebb.ask(Api.setSecret, { params: { name }, query: {}, body: { value } })

const secrets =
  (ebb: Ebb): Over =>
  async (context) => {
    await most("secrets in this team", (at) => secret(ebb, `S${at}`, "a"))(context)
    // One that is there may be changed.
    await secret(ebb, "S0", "b")
  }

const deploy = (ebb: Ebb, name: string) =>
  ebb.ask(Api.deploy, {
    ...none,
    body: { spec: `app: { name: ${name} }\nscaling: { min_concurrency: 0 }`, strategy: "recreate" }
  })

/** The oldest that is not in force is forgotten. */
const revisions = async (ebb: Ebb): Promise<void> => {
  const deployed: Array<string> = []
  for (let n = 0; n < 3; n++) {
    deployed.push((await deploy(ebb, "demo")).revision)
    // One whose runner is still ending is not forgotten.
    await ebb.until(
      () => ebb.runners("demo"),
      (alive) => alive.every(({ revision }) => revision === deployed[n])
    )
  }
  const { revisions: listed } = await ebb.ask(Api.listRevisions, { params: {}, query: { app: "demo" } })
  expect(listed.map(({ application_id: id }) => id)).toEqual([deployed[2], deployed[1]])
}

/** Apps that were deleted are counted too. */
const appsOfARun = async (ebb: Ebb): Promise<void> => {
  const problem = await untilRefused(async (at) => {
    await deploy(ebb, `app${at}`)
    await ebb.ask(Api.deleteApp, { params: { app: `app${at}` }, query: {} })
  })
  expect(problem).toContain(
    "There are 3 apps in this run, with those that were deleted, which is the most; start the sandbox anew"
  )
}

/** Whoever is told of the older one of two requests hears of it no more. */
const webhooksWaiting = async (ebb: Ebb): Promise<void> => {
  const tries: Array<string> = []
  const server = createServer((request, response) => {
    tries.push(request.url ?? "")
    response.writeHead(500).end()
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const triesOf = (name: string) => tries.filter((each) => each === `/${name}`).length
  const told = async (name: string, least: number): Promise<void> => {
    await ebb.until(
      async () => triesOf(name),
      (count) => count >= least
    )
  }
  const submit = async (name: string): Promise<void> => {
    const query = `fal_webhook=${encodeURIComponent(`http://127.0.0.1:${port}/${name}`)}`
    const headers = { authorization: `Key ${ebb.key}`, "x-ebb-service": "1ms" }
    const answer = await fetch(`${ebb.url}/queue.fal.run/local/demo?${query}`, { method: "POST", headers, body: "{}" })
    expect(answer.status).toBe(200)
  }
  try {
    await submit("older")
    await told("older", 1)
    await submit("newer")
    await told("newer", 1)
    const before = triesOf("older")
    await told("newer", 4)
    expect(triesOf("older") - before).toBeLessThanOrEqual(1)
  } finally {
    server.close()
  }
}

export const overs = (
  ebb: Ebb
): Overs<
  | "sessions"
  | "signInLinks"
  | "signInsPerBrowser"
  | "teams"
  | "environments"
  | "keys"
  | "secrets"
  | "secretBytes"
  | "apps"
  | "appsOfARun"
  | "revisions"
  | "webhooksWaiting"
> => ({
  sessions: () => sessions(ebb),
  signInLinks: () => signInLinks(ebb),
  signInsPerBrowser: () => signInsPerBrowser(ebb),
  teams: most("teams", (at) => ebb.ask(Api.createTeam, { ...none, body: { name: `team${at}` } })),
  environments: most("environments in this team", (at) =>
    ebb.ask(Api.createEnvironment, { ...none, body: { name: `env${at}` } })
  ),
  keys: most("keys of this team", () => ebb.ask(Api.createKey, { ...none, body: { scope: "API" } })),
  revisions: () => withOwn(words({ revisions: 2 }), revisions),
  appsOfARun: () => withOwn(words({ appsOfARun: 3 }), appsOfARun),
  webhooksWaiting: () => withOwn(["--speed", "100", ...words({ webhooksWaiting: 1 })], webhooksWaiting),
  secrets: secrets(ebb),
  secretBytes: async () => {
    const over = { params: { name: "LONG" }, query: {}, body: { value: "x".repeat(101) } }
    expect(await ebb.refusal(Api.setSecret, over)).toContain("must be at most 100 bytes long, got 101")
  },
  apps: most("apps of this team", (at) =>
    ebb.ask(Api.deploy, { ...none, body: { spec: `app: { name: app${at} }\nscaling: { min_concurrency: 0 }` } })
  )
})
