import { createHash, randomBytes } from "node:crypto"
import { createFalClient as v1_0_4 } from "fal-client-1.0.4"
import { createFalClient as v1_2_3 } from "fal-client-1.2.3"
import { createFalClient as v1_5_0 } from "fal-client-1.5.0"
import { createFalClient as v1_7_2 } from "fal-client-1.7.2"
import { createFalClient as v1_8_5 } from "fal-client-1.8.5"
import { createFalClient as v1_9_1 } from "fal-client-1.9.1"
import { createFalClient as v1_9_6 } from "fal-client-1.9.6"
import { Schema } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()

beforeAll(async () => {
  await ebb.up()
  await ebb.serving("demo", 1)
})

afterAll(() => ebb.remove())

interface Asked {
  readonly method: string
  readonly url: string
  readonly headers?: Record<string, string | Array<string>>
}

/** What all of these clients have in common; their types differ. */
interface Client {
  run(app: string, options: { readonly input: object }): Promise<{ readonly data: unknown }>
  subscribe(app: string, options: { readonly input: object }): Promise<{ readonly data: unknown }>
  readonly storage: { upload(file: Blob): Promise<string> }
}
interface Config {
  readonly credentials?: () => string
  readonly fetch?: typeof fetch
  readonly requestMiddleware: (request: Asked) => Promise<Asked>
}
type Make = (config: Config) => Client

const clients: Readonly<Record<string, unknown>> = { v1_0_4, v1_2_3, v1_5_0, v1_7_2, v1_8_5, v1_9_1, v1_9_6 }

const here = async (request: Asked): Promise<Asked> => ({
  ...request,
  url: request.url.replace("https://", `${ebb.url}/`),
  headers: { ...request.headers, "x-ebb-service": "1ms" }
})

describe.each(Object.entries(clients))("@fal-ai/client %s, with the hosts that it has built in", (_, released) => {
  const make = released as Make
  test("runs, subscribes and uploads", async () => {
    const client = make({ credentials: () => ebb.key, requestMiddleware: here })
    expect((await client.run("local/demo", { input: { a: 1 } })).data).toEqual({ a: 1 })
    expect((await client.subscribe("local/demo", { input: { b: 2 } })).data).toEqual({ b: 2 })
    const url = await client.storage.upload(new Blob(["a picture"], { type: "image/png" }))
    const file = await fetch(url)
    expect([await file.text(), file.headers.get("content-type")]).toEqual(["a picture", "image/png"])
  })

  test("uploads through the proxy route as well", async () => {
    const keyed: typeof fetch = Object.assign(
      (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
        const headers = new Headers(init?.headers)
        if (String(input).includes("/api/fal/proxy")) headers.set("authorization", `Key ${ebb.key}`)
        return fetch(input, { ...init, headers })
      },
      { preconnect: fetch.preconnect }
    )
    const proxied = make({
      fetch: keyed,
      requestMiddleware: async (request: Asked) => ({
        ...request,
        url: `${ebb.url}/api/fal/proxy`,
        headers: { "x-fal-target-url": request.url }
      })
    })
    const url = await proxied.storage.upload(new Blob(["by proxy"], { type: "text/plain" }))
    expect(await (await fetch(url)).text()).toBe("by proxy")
  })
})

const cdnToken = Schema.decodeUnknownSync(
  Schema.Struct({ token: Schema.String, token_type: Schema.String, base_url: Schema.String, expires_at: Schema.String })
)
const accessed = Schema.decodeUnknownSync(Schema.Struct({ access_url: Schema.String }))
const begunUpload = Schema.decodeUnknownSync(Schema.Struct({ access_url: Schema.String, uploadId: Schema.String }))

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

// The requests of fal_client's upload, upload_file and upload_image, in their order.
describe("what fal_client sends to the CDN", () => {
  const tokenOf = async (host = "rest.fal.ai") => {
    const headers = { authorization: `Key ${ebb.key}`, "content-type": "application/json" }
    const address = `${ebb.url}/${host}/storage/auth/token?storage_type=fal-cdn-v3`
    const answer = await fetch(address, { method: "POST", headers, body: "{}" })
    expect(answer.status).toBe(200)
    const token = cdnToken(await answer.json())
    expect(token.expires_at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/)
    expect(Date.parse(token.expires_at)).toBeGreaterThan(Date.now())
    return { base: token.base_url, authorization: `${token.token_type} ${token.token}` }
  }

  test("a file at once", async () => {
    const { authorization, base } = await tokenOf("rest.alpha.fal.ai")
    const headers = { authorization, "content-type": "text/plain", "x-fal-file-name": "ein bild.txt" }
    const answer = await fetch(`${base}/files/upload`, { method: "POST", headers, body: "hello" })
    expect(answer.status).toBe(200)
    const { access_url: url } = accessed(await answer.json())
    const file = await fetch(url)
    expect([await file.text(), file.headers.get("content-type")]).toEqual(["hello", "text/plain"])
  })

  test("a large file in parts that come in any order", async () => {
    const { authorization, base } = await tokenOf()
    const headers = { authorization, "content-type": "application/octet-stream", "x-fal-file-name": "large.bin" }
    const begun = begunUpload(await (await fetch(`${base}/files/upload/multipart`, { method: "POST", headers })).json())
    const bytes = randomBytes(21 * 2 ** 20)
    const send = async (partNumber: number) => {
      const body = bytes.subarray((partNumber - 1) * 10 * 2 ** 20, partNumber * 10 * 2 ** 20)
      const address = `${begun.access_url}/multipart/${begun.uploadId}/${partNumber}`
      const answer = await fetch(address, { method: "PUT", headers, body })
      return { partNumber, etag: answer.headers.get("etag") }
    }
    const parts = await Promise.all([3, 1, 2].map(send))
    const address = `${begun.access_url}/multipart/${begun.uploadId}/complete`
    const done = await fetch(address, { method: "POST", headers, body: JSON.stringify({ parts }) })
    expect(done.status).toBe(200)
    expect(sha256(new Uint8Array(await (await fetch(begun.access_url)).arrayBuffer()))).toBe(sha256(bytes))
  })

  test("on every name of the CDN; nothing without credentials, with bad ones, or by another method", async () => {
    for (const host of ["v3.fal.media", "v3b.fal.media", "v2.fal.media", "fal.media"]) {
      const send = (authorization: string, method = "POST") =>
        fetch(`${ebb.url}/${host}/files/upload`, { method, headers: { authorization }, body: "x" })
      const answer = await send(`Key ${ebb.key}`)
      const { access_url: url } = accessed(await answer.json())
      expect(await (await fetch(url.replace("/v3.fal.media/", `/${host}/`))).text()).toBe("x")
      expect((await send("")).status).toBe(401)
      expect((await send("Key bad:key")).status).toBe(401)
      expect((await send("Bearer eyJhbGciOiJIUzI1NiJ9.e30.x")).status).toBe(401)
      expect((await send(`Key ${ebb.key}`, "PUT")).status).toBe(405)
    }
  })
})
