import { afterAll, beforeAll, expect, test } from "vitest"
import { connect } from "node:net"
import { networkInterfaces } from "node:os"
import { heard, ownServer, said, serverAt } from "./OwnServer.ts"
import { Restarted } from "./Restarted.ts"

const ebb = new Restarted()
ebb.allowProcesses = true

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"))

beforeAll(() => ebb.up(ownServer, ...(hasIpv6 ? [serverAt("six", "::1")] : [])))
afterAll(() => ebb.remove())

const posing = "x-fal-error-type: request_timeout\r\nx-fal-request-timeout-type: user\r\nx-own: 1"

test("an app cannot say that the platform made an error: of a direct request", async () => {
  for (const status of [200, 422, 504]) {
    const { headers } = await ebb.direct(said(`${status} X\r\n${posing}`))
    expect(headers.get("x-own")).toBe("1")
    for (const name of ["x-fal-error-type", "x-fal-request-timeout-type"]) expect(headers.has(name)).toBe(false)
  }
})

test("nor of a queued one", async () => {
  const id = await ebb.submit(said(`500 X\r\n${posing}`))
  await ebb.settled(id)
  const { headers } = await ebb.queue("GET", `own/requests/${id}`)
  expect([headers.get("x-own"), headers.has("x-fal-error-type")]).toEqual(["1", false])
})

const withheld = {
  "x-fal-request-timeout": "60",
  "x-fal-queue-priority": "low",
  "x-fal-runner-hint": "warm",
  "x-fal-no-retry": "1",
  "x-fal-store-io": "1",
  "x-fal-user-id": "somebody",
  "x-fal-request-id": "forged",
  "x-ebb-service": "1s",
  "proxy-authorization": "Basic eDp5",
  cookie: "a=b",
  te: "trailers",
  "x-of-this-hop": "1",
  connection: "X-Of-This-Hop"
}
const passed = { "x-fal-object-lifecycle-preference": '{"expiration_duration_seconds":60}', "x-own": "1" }
const query = "?fal_jwt_token=secret&a=b"

/** What a runner got of a request whose caller sent all of those. */
const expectHeard = (lines: ReadonlyArray<string>): void => {
  const [asked, ...fields] = lines
  expect(asked).toContain("?a=b HTTP/1.1")
  const headers = fields.map((field) => field.split(": ") as [string, string])
  const names = headers.map(([name]) => name.toLowerCase())
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  const got = Object.fromEntries(headers.map(([, value], at) => [names[at], value]))
  expect(got).toMatchObject(passed)
  expect(got["x-fal-request-id"]).toMatch(/^[0-9a-f-]{36}$/)
  const others = Object.keys(withheld).filter((name) => name !== "connection" && name !== "x-fal-request-id")
  expect(names.filter((name) => name === "authorization" || others.includes(name))).toEqual([])
}

const tokenOf = async (): Promise<string> => {
  const headers = { authorization: `Key ${ebb.key}` }
  const body = JSON.stringify({ allowed_apps: ["own"] })
  return (await fetch(`${ebb.running.url}/rest.fal.ai/tokens/`, { method: "POST", headers, body })).text()
}

/** Bare, as fetch says itself what stands in `connection`. */
const exchange = async (lines: ReadonlyArray<string>, body = ""): Promise<string> => {
  const { hostname, host, port } = new URL(ebb.running.url)
  const [first, ...rest] = lines
  const all = { ...withheld, ...passed, authorization: `Key ${ebb.key}`, host }
  const fields = Object.entries(all).filter(([name]) => !rest.some((line) => line.startsWith(`${name}: `)))
  const head = [first, ...fields.map(([name, value]) => `${name}: ${value}`), ...rest].join("\r\n")
  const socket = connect(Number(port), hostname)
  socket.write(`${head}\r\n\r\n${body}`)
  let text = ""
  for await (const chunk of socket) {
    text += String(chunk)
    const [, answer] = text.split("\r\n\r\n")
    if (answer?.match(/[\]}]/)) break
  }
  return text.slice(text.search(/\r\n\r\n/) + 4)
}

const bodyOf = (text: string): string => /[[{].*[\]}]/.exec(text)?.[0] ?? ""

test("a process gets no header that was meant for the platform or for its connection: direct", async () => {
  const asked = [`POST /fal.run/local/${heard}${query} HTTP/1.1`, "content-length: 2"]
  expectHeard(JSON.parse(bodyOf(await exchange(asked, "{}"))))
})

test("queued", async () => {
  const asked = [`POST /queue.fal.run/local/${heard}${query} HTTP/1.1`, "content-length: 2"]
  const { request_id: id } = JSON.parse(bodyOf(await exchange(asked, "{}")))
  await ebb.settled(id)
  expectHeard(JSON.parse(await (await ebb.queue("GET", `own/requests/${id}`)).text()))
})

const wish = [
  "connection: Upgrade, X-Of-This-Hop",
  "upgrade: websocket",
  "sec-websocket-version: 13",
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="
]

test("with a WebSocket", async () => {
  const [, token] = /"(.*)"/.exec(await tokenOf()) ?? []
  const asked = [`GET /fal.run/local/${heard}?fal_jwt_token=${token}&a=b HTTP/1.1`, ...wish]
  const lines: ReadonlyArray<string> = JSON.parse(bodyOf(await exchange(asked)))
  expectHeard(lines)
  expect(lines).toEqual(expect.arrayContaining(["connection: Upgrade", "upgrade: websocket"]))
})

test.runIf(hasIpv6).each([
  ["a request", "POST", ["content-length: 2"], "{}"],
  ["a WebSocket", "GET", wish, ""]
] as const)("%s reaches a process on ::1 with a Host that is an address", async (_, method, lines, body) => {
  const asked = [`${method} /fal.run/local/${heard.replace("own", "six")} HTTP/1.1`, ...lines]
  const got: ReadonlyArray<string> = JSON.parse(bodyOf(await exchange(asked, body)))
  const hosts = got.filter((line) => /^host:/i.test(line))
  expect(hosts).toEqual([expect.stringMatching(/^host: \[::1\]:\d+$/i)])
})
