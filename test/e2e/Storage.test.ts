import { createFalClient } from "@fal-ai/client"
import { Effect, Schema } from "effect"
import { createHash, randomBytes } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()

beforeAll(async () => {
  await ebb.up()
  await ebb.serving("demo", 1)
})

afterAll(() => ebb.remove())

const client = createFalClient({
  credentials: () => ebb.key,
  requestMiddleware: async (request) => ({
    ...request,
    url: request.url.replace("https://", `${ebb.url}/`),
    headers: { ...request.headers, "x-ebb-service": "1ms" }
  })
})

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

test("a file that is uploaded is there for who has its address, as it was sent", async () => {
  const url = await client.storage.upload(new File(["a picture"], "ein bild.png", { type: "image/png" }))
  const answer = await fetch(url)
  expect([answer.status, await answer.text()]).toEqual([200, "a picture"])
  expect(answer.headers.get("content-type")).toBe("image/png")
  expect(answer.headers.get("content-security-policy")).toContain("sandbox")
})

test("a file inside an input is uploaded and its address put in its place", async () => {
  const { data } = await client.run("local/demo", { input: { image_url: new Blob(["x"], { type: "text/plain" }) } })
  expect(data.image_url).toContain(`${ebb.url}/v3.fal.media/files/`)
  expect(await (await fetch(data.image_url)).text()).toBe("x")
})

test("a large one comes in parts and is whole in the end", async () => {
  const bytes = randomBytes(91 * 2 ** 20)
  const url = await client.storage.upload(new Blob([bytes], { type: "application/octet-stream" }))
  expect(sha256(new Uint8Array(await (await fetch(url)).arrayBuffer()))).toBe(sha256(bytes))
})

const decodeAddresses = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({
      file_url: Schema.String.pipe(Schema.withDecodingDefaultType(Effect.succeed(""))),
      upload_url: Schema.String.pipe(Schema.withDecodingDefaultType(Effect.succeed("")))
    })
  )
)

const initiated = async (headers: Readonly<Record<string, string>> = {}) => {
  const body = JSON.stringify({ content_type: "text/plain", file_name: "a.txt" })
  const all = { authorization: `Key ${ebb.key}`, ...headers }
  const answer = await fetch(`${ebb.url}/rest.fal.ai/storage/upload/initiate`, { method: "POST", headers: all, body })
  const addresses = decodeAddresses(await answer.text())
  return { status: answer.status, ...addresses }
}

test("without a key nothing is begun; without the upload's own address nothing is sent", async () => {
  expect((await initiated({ authorization: "Key bad:key" })).status).toBe(401)
  const { file_url, upload_url } = await initiated()
  expect((await fetch(file_url)).status).toBe(404)
  expect((await fetch(upload_url.replace(/.$/, "x"), { method: "PUT", body: "x" })).status).toBe(404)
  expect((await fetch(upload_url, { method: "PUT", body: "x" })).status).toBe(200)
  expect((await fetch(upload_url, { method: "PUT", body: "again" })).status).toBe(409)
  expect(await (await fetch(file_url)).text()).toBe("x")
})

test("parts that are not what was sent do not make a file", async () => {
  const { upload_url } = await initiated()
  const [path, query] = upload_url.split("?")
  const part = await (await fetch(`${path}/1?${query}`, { method: "PUT", body: "one" })).json()
  const complete = (parts: unknown) =>
    fetch(`${path}/complete?${query}`, { method: "POST", body: JSON.stringify({ parts }) })
  const wrong = await complete([part, { partNumber: 2, etag: "nothing" }])
  expect([wrong.status, await wrong.json()]).toEqual([400, { detail: "Part 2 is not what was sent" }])
  expect((await complete([part])).status).toBe(200)
})

test("a file is gone when its time is over, and others survive a restart", async () => {
  const brief = await initiated({ "x-fal-object-lifecycle": JSON.stringify({ expiration_duration_seconds: 0.05 }) })
  await fetch(brief.upload_url, { method: "PUT", body: "x" })
  const gone = await ebb.until(
    () => fetch(brief.file_url),
    ({ status }) => status === 404
  )
  expect(gone.status).toBe(404)
  const kept = await initiated()
  await fetch(kept.upload_url, { method: "PUT", body: "kept" })
  await ebb.kill()
  await ebb.up()
  expect(await (await fetch(`${ebb.url}${new URL(kept.file_url).pathname}`)).text()).toBe("kept")
})
