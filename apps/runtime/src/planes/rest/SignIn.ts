import type { Context } from "hono"
import { deleteCookie, getCookie, setCookie } from "hono/cookie"
import { limits } from "../../edge/Limits.ts"
import type { Credentials } from "../../control/Principal.ts"
import type { SignInStore } from "../../store/SignInStore.ts"

const cookiePrefix = "ebb_session"
const yearSeconds = 365 * 24 * 60 * 60

/** A browser sends a cookie to every port of a host: each sandbox of a machine has one of its own. */
export const cookieOf = (sandboxId: string): string => `${cookiePrefix}_${sandboxId}`

/** The page's cookie, and the team that the page looks at. */
export const sessionOf = (c: Context, cookieName: string): Credentials => {
  const token = getCookie(c, cookieName)
  if (token === undefined) return { kind: "none" }
  return { kind: "session", token, team: c.req.header("x-ebb-team") ?? c.req.query("team") ?? null }
}

/** Links that sign a browser in, each once; they are void when the sandbox ends, and the oldest when there are many. */
export class Links {
  private readonly open = new Set<string>()

  make(baseUrl: string): string {
    const token = crypto.randomUUID().replaceAll("-", "")
    this.open.add(token)
    for (const oldest of this.open) if (this.open.size > limits.signInLinks) this.open.delete(oldest)
    return `${baseUrl}/?token=${token}`
  }

  use(token: string): boolean {
    return this.open.delete(token)
  }
}

/** What the browser carries to every sandbox of this host must not grow for ever. It sends the oldest first. */
const forgetOldest = (c: Context, cookieName: string): void => {
  const others = Object.keys(getCookie(c)).filter((name) => name.startsWith(cookiePrefix) && name !== cookieName)
  const beyond = Math.max(0, others.length + 1 - limits.signInsPerBrowser)
  for (const name of others.slice(0, beyond)) deleteCookie(c, name, { path: "/" })
}

/** Signs the browser in that came with a link, and takes the token out of its address. */
export const signIn = (c: Context, signIns: SignInStore, links: Links): Response | null => {
  const token = c.req.query("token")
  if (token === undefined || !links.use(token)) return null
  const cookieName = cookieOf(signIns.sandboxId())
  setCookie(c, cookieName, signIns.createSession(), {
    httpOnly: true,
    sameSite: "Strict",
    path: "/",
    maxAge: yearSeconds
  })
  forgetOldest(c, cookieName)
  return c.redirect("/")
}
