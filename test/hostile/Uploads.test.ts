import { Schema } from "effect"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "../e2e/Ebb.ts"

const ebb = new Ebb()
beforeAll(() => ebb.up())
afterAll(() => ebb.remove())

const decodeInitiated = Schema.decodeUnknownSync(Schema.Struct({ file_url: Schema.String, upload_url: Schema.String }))
const decodePart = Schema.decodeUnknownSync(Schema.Struct({ partNumber: Schema.Int, etag: Schema.String }))

const initiate = (body: unknown): Promise<Response> =>
  fetch(`${ebb.url}/rest.fal.ai/storage/upload/initiate-multipart`, {
    method: "POST",
    headers: { authorization: `Key ${ebb.key}` },
    body: JSON.stringify(body)
  })

const opened = async () =>
  decodeInitiated(await (await initiate({ content_type: "application/octet-stream", file_name: "big.bin" })).json())

const at = (upload: string, path: string): string => {
  const url = new URL(upload)
  return `${ebb.url}${url.pathname}${path}${url.search}`
}

const pieces = [1, 2, 3, 4].map((value) => new Uint8Array(2 ** 20).fill(value))
const whole = Buffer.concat(pieces)

const sendParts = (upload: string) =>
  Promise.all(
    pieces.map(async (body, index) =>
      decodePart(await (await fetch(at(upload, `/${index + 1}`), { method: "PUT", body })).json())
    )
  )

const complete = (upload: string, parts: unknown): Promise<Response> =>
  fetch(at(upload, "/complete"), { method: "POST", body: JSON.stringify({ parts }) })

const contentOf = async (file: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(`${ebb.url}${new URL(file).pathname}`)).arrayBuffer())

test("an upload that is completed several times at once, and again, is one whole file", async () => {
  const { file_url: file, upload_url: upload } = await opened()
  const parts = await sendParts(upload)
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => complete(upload, parts)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect((await contentOf(file)).equals(whole)).toBe(true)
  expect((await complete(upload, parts)).status).toBe(200)
  expect((await complete(upload, parts.slice(1))).status).toBe(409)
  expect((await contentOf(file)).equals(whole)).toBe(true)
})

test("one that was killed while it was put together is completed after the next start", async () => {
  const { file_url: file, upload_url: upload } = await opened()
  const parts = await sendParts(upload)
  const answer = complete(upload, parts).catch(() => null)
  await ebb.kill()
  await answer
  await ebb.up()
  expect((await complete(upload, parts)).status).toBe(200)
  expect((await contentOf(file)).equals(whole)).toBe(true)
  const [, id = ""] = /\/files\/([^/]+)\//.exec(file) ?? []
  expect(readdirSync(join(ebb.data, "files", id)).toSorted()).toEqual(["content", "file.json"])
})

test("a part that is missing or another than was sent is named", async () => {
  const { upload_url: upload } = await opened()
  const [first, ...others] = await sendParts(upload)
  const wrong = await complete(upload, [{ ...first!, etag: "0" }, ...others])
  expect([wrong.status, await wrong.json()]).toEqual([400, { detail: "Part 1 is not what was sent" }])
  expect((await complete(upload, [{ partNumber: 9, etag: "0" }])).status).toBe(400)
  expect((await complete(upload, [first, ...others])).status).toBe(200)
})

test("a file sent whole may be sent again, but not another one in its place", async () => {
  const { file_url: file, upload_url: upload } = await opened()
  const send = (body: string) => fetch(at(upload, ""), { method: "PUT", body })
  expect([(await send("same")).status, (await send("same")).status, (await send("other")).status]).toEqual([
    200, 200, 409
  ])
  expect((await contentOf(file)).toString()).toBe("same")
})

test.each([
  { content_type: "text/plain\r\nset-cookie: a=b", file_name: "a" },
  { content_type: "plain", file_name: "a" },
  { content_type: "text/plain", file_name: "" },
  { content_type: "text/plain", file_name: "a\0b" },
  { content_type: "text/plain", file_name: "\ud800" }
])("%j names no file", async (body) => {
  expect((await initiate(body)).status).toBe(400)
})
