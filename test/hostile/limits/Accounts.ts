import * as Api from "@ebb/protocol/rest/Api"
import { expect } from "vitest"
import type { Ebb } from "../../e2e/Ebb.ts"
import type { Over, Overs } from "./Over.ts"

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

export const overs = (
  ebb: Ebb
): Overs<"sessions" | "signInLinks" | "teams" | "environments" | "keys" | "secrets" | "secretBytes" | "apps"> => ({
  sessions: () => sessions(ebb),
  signInLinks: () => signInLinks(ebb),
  teams: most("teams", (at) => ebb.ask(Api.createTeam, { ...none, body: { name: `team${at}` } })),
  environments: most("environments in this team", (at) =>
    ebb.ask(Api.createEnvironment, { ...none, body: { name: `env${at}` } })
  ),
  keys: most("keys of this team", () => ebb.ask(Api.createKey, { ...none, body: { scope: "API" } })),
  secrets: secrets(ebb),
  secretBytes: async () => {
    const over = { params: { name: "LONG" }, query: {}, body: { value: "x".repeat(101) } }
    expect(await ebb.refusal(Api.setSecret, over)).toContain("must be at most 100 bytes long, got 101")
  },
  apps: most("apps of this team", (at) =>
    ebb.ask(Api.deploy, { ...none, body: { spec: `app: { name: app${at} }\nscaling: { min_concurrency: 0 }` } })
  )
})
