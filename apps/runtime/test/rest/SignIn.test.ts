import { onLoopback, Server } from "@ebb/runtime/Server"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { request } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

const sandbox = (data: string): Promise<Server> =>
  Server.start({
    data,
    speed: 1,
    allowProcesses: false,
    ...onLoopback,
    tls: true,
    page: () => null,
    specs: [],
    empty: true
  })

/** The cookies of a browser, which it shows to every port of the host. */
class Jar {
  private readonly cookies = new Map<string, string>()

  async open(link: string): Promise<void> {
    const { headers } = await fetch(link, { redirect: "manual", headers: { cookie: this.header } })
    for (const cookie of headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === "") this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }

  get header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ")
  }

  get size(): number {
    return this.cookies.size
  }

  /** How the REST API answers to them. */
  async status({ url }: Server): Promise<number> {
    return (await fetch(`${url}/v1/apps`, { headers: { cookie: this.header } })).status
  }

  /** The same by the port with TLS. */
  statusWithTls({ addresses }: Server, data: string): Promise<number | undefined> {
    const ca = readFileSync(join(data, "tls", "ca.pem"), "utf8")
    const options = { ca, agent: false, headers: { cookie: this.header } } as const
    return new Promise((resolve, reject) => {
      const outgoing = request(`${addresses.tlsUrl}/v1/apps`, options, (incoming) => {
        incoming.resume()
        resolve(incoming.statusCode)
      })
      outgoing.on("error", reject)
      outgoing.end()
    })
  }
}

let root: string
let running: Array<Server>
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ebb-sign-in-"))
  running = []
})
afterEach(async () => {
  for (const server of running) await server.stop()
  rmSync(root, { recursive: true })
})

const up = async (name: string): Promise<Server> => {
  const server = await sandbox(join(root, name))
  running.push(server)
  return server
}

test("a browser is signed in to two sandboxes of a machine at a time, by both ports of each", async () => {
  const [one, two, jar] = [await up("one"), await up("two"), new Jar()]
  await jar.open(one.started.link())
  expect([await jar.status(one), await jar.status(two)]).toEqual([200, 401])
  await jar.open(two.started.link())
  expect([await jar.status(one), await jar.status(two)]).toEqual([200, 200])
  expect(await jar.statusWithTls(one, join(root, "one"))).toBe(200)
  expect(await jar.statusWithTls(two, join(root, "two"))).toBe(200)
})

test("it stays signed in when the sandbox is restarted, also on another port, and keeps one cookie of it", async () => {
  const jar = new Jar()
  const first = await up("one")
  await jar.open(first.started.link())
  await first.stop()
  const second = await up("one")
  expect(await jar.status(second)).toBe(200)
  await jar.open(second.started.link())
  expect(jar.size).toBe(1)
})
