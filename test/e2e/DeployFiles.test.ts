import { Schema } from "effect"
import { createHash, randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { GrpcClient, keyOf } from "../../apps/runtime/test/doors/GrpcClient.ts"
import { frames } from "../../apps/runtime/test/doors/RecordedDeploy.ts"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()
let client: GrpcClient

beforeAll(async () => {
  await ebb.up("--speed", "20")
  const [id = "", secret = ""] = ebb.key.split(":")
  client = new GrpcClient(ebb.url, keyOf(id, secret))
})

afterAll(async () => {
  client.close()
  await ebb.remove()
})

type Headers = Readonly<Record<string, string>>

/** As `fal.file_sync` and `fal.files` of the Python command line ask (fal 1.79.1): httpx, with a key. */
const ask = (method: string, path: string, body?: NonNullable<RequestInit["body"]>, headers: Headers = {}) =>
  fetch(`${ebb.url}/files/${path}`, {
    method,
    headers: { authorization: `Key ${ebb.key}`, "user-agent": "fal-sdk/1.79.1 (python)", accept: "*/*", ...headers },
    ...(body === undefined ? {} : { body })
  })
const answerOf = async (answer: Response) => [answer.status, await answer.json()] as const
const json = { "content-type": "application/json" }
const said = async (method: string, path: string, body?: unknown) =>
  answerOf(await (body === undefined ? ask(method, path) : ask(method, path, JSON.stringify(body), json)))

/** `httpx` with `files={"file_upload": ("chunk", data, "application/octet-stream")}`, byte for byte. */
const form = (bytes: Uint8Array): readonly [Uint8Array, Headers] => {
  const boundary = "352f684cd6301e60e8c9118479b51449"
  const head =
    'Content-Disposition: form-data; name="file_upload"; filename="chunk"\r\nContent-Type: application/octet-stream'
  const body = [Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]
  return [Buffer.concat(body), { "content-type": `multipart/form-data; boundary=${boundary}` }]
}

const mode = "33188"
const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).update(mode).digest("hex")
const metadataOf = (bytes: Uint8Array, hash = hashOf(bytes)) => ({
  size: String(bytes.length),
  mtime: "1795917240.7915704",
  mode,
  hash
})

const Begun = Schema.Struct({ upload_id: Schema.String })
const begin = async (place: string, metadata?: object) => {
  const [status, begun] = await said("POST", `${place}/initiate`, metadata)
  expect(status).toBe(200)
  return Schema.decodeUnknownSync(Begun)(begun).upload_id
}

const Sent = Schema.Struct({ part_number: Schema.Int, etag: Schema.String })
const send = async (place: string, id: string, number: number, bytes: Uint8Array) => {
  const [status, sent] = await answerOf(await ask("PUT", `${place}/${id}/${number}`, ...form(bytes)))
  expect(status).toBe(200)
  return Schema.decodeUnknownSync(Sent)(sent)
}

const place = (hash: string) => `app/multipart/${hash}`

/** `AppFileMultipartUpload.upload_file`. */
const upload = async (bytes: Uint8Array, hash = hashOf(bytes)) => {
  const metadata = metadataOf(bytes, hash)
  const id = await begin(place(hash), metadata)
  const part = await send(place(hash), id, 1, bytes)
  return said("POST", `${place(hash)}/${id}/complete`, { parts: [part], metadata })
}

const register = async (method: "BuildEnvironment" | "RegisterApplication", bytes: Uint8Array) => {
  const call = client.open(`/controller.IsolateController/${method}`)
  call.stream.end(bytes)
  return call.ended()
}

const text = Buffer.from("hello\n")
const empty = new Uint8Array()

describe("a deploy that brings files", () => {
  test("is asked for what is not there, and refused until it came; what came once is not asked for again", async () => {
    const hashes = [hashOf(text), hashOf(empty)]
    expect(await said("POST", "missing_hashes", { hashes: [...hashes, hashes[0]] })).toEqual([200, hashes])
    expect(await register("BuildEnvironment", frames.buildEnvironment)).toMatchObject({
      status: 9,
      details: `app_files: 'files/empty.txt' was not uploaded (hash ${hashOf(empty)})`
    })
    expect(await upload(empty)).toEqual([200, { etag: createHash("md5").digest("hex") }])
    expect((await upload(text))[0]).toBe(200)
    expect(await said("POST", "missing_hashes", { hashes })).toEqual([200, []])
    const known = await said("POST", `${place(hashOf(text))}/initiate`, metadataOf(text))
    expect(known).toEqual([409, { detail: `'${hashOf(text)}' is there already` }])
    expect((await register("BuildEnvironment", frames.buildEnvironment)).status).toBe(0)
    expect((await register("RegisterApplication", frames.registerApplication)).status).toBe(0)
  })

  test("and what it says of itself stay over a restart, in every view", async () => {
    await ebb.kill()
    await ebb.up("--speed", "20")
    const [revision] = JSON.parse(ebb.run("apps", "list-rev", "with-files", "--json").stdout).revisions
    expect(revision).toMatchObject({ valid_regions: ["us-east"], machine_types: ["GPU-H100"], keep_alive: 60 })
    expect(revision.notes).toEqual({
      message: "add files",
      annotations: { GIT_SHA: "123" },
      private_logs: true,
      data_mounts: ["/data/models"],
      files: [
        { path: "files/empty.txt", hash: hashOf(empty) },
        { path: "files/same.txt", hash: hashOf(text) },
        { path: "files/a.txt", hash: hashOf(text) }
      ]
    })
    const headers = { authorization: `Key ${ebb.key}` }
    const metadata = await fetch(`${ebb.url}/applications/local/with-files/metadata`, { headers })
    expect(await answerOf(metadata)).toEqual([200, { openapi: { openapi: "3.0.2" } }])
    expect(await said("POST", "missing_hashes", { hashes: [hashOf(text)] })).toEqual([200, []])
  })

  test("the same file sent twice at once is kept once: who is later hears that it is there", async () => {
    const bytes = randomBytes(100)
    const answers = await Promise.all([upload(bytes), upload(bytes)])
    expect(answers.map(([status]) => status).toSorted()).toEqual([200, 409])
    expect(await said("POST", "missing_hashes", { hashes: [hashOf(bytes)] })).toEqual([200, []])
  })

  test("an upload that is completed twice at once is there, and stays", async () => {
    const bytes = randomBytes(100)
    const metadata = metadataOf(bytes)
    const at = place(metadata.hash)
    const id = await begin(at, metadata)
    const parts = [await send(at, id, 1, bytes)]
    const complete = () => said("POST", `${at}/${id}/complete`, { parts, metadata })
    for (const [status] of await Promise.all([complete(), complete(), complete()])) expect([200, 409]).toContain(status)
    expect(await said("POST", "missing_hashes", { hashes: [metadata.hash] })).toEqual([200, []])
  })

  test("an upload that came whole without getting its name gets it when the client asks again", async () => {
    const bytes = randomBytes(100)
    const metadata = metadataOf(bytes)
    const at = place(metadata.hash)
    const id = await begin(at, metadata)
    const parts = [await send(at, id, 1, bytes)]
    expect((await said("POST", `${at}/${id}/complete`, { parts }))[0]).toBe(400)
    expect(await said("POST", "missing_hashes", { hashes: [metadata.hash] })).toEqual([200, [metadata.hash]])
    const etag = createHash("md5").update(bytes).digest("hex")
    expect(await said("POST", `${at}/${id}/complete`, { parts, metadata })).toEqual([200, { etag }])
    expect(await said("POST", "missing_hashes", { hashes: [metadata.hash] })).toEqual([200, []])
  })

  test("what is not what its hash says is not kept", async () => {
    const hash = "0".repeat(64)
    const wrong = await upload(text, hash)
    expect(wrong).toEqual([400, { detail: `What came for ${hash} has the hash ${hashOf(text)}` }])
    expect(await said("POST", "missing_hashes", { hashes: [hash] })).toEqual([200, [hash]])
    for (const bad of ["..", "%2e%2e%2fx", "nothex"]) {
      expect((await said("POST", `app/multipart/${bad}/initiate`, {}))[0]).toBeGreaterThanOrEqual(400)
    }
    expect((await said("POST", "missing_hashes", { hashes: ["../../etc/passwd"] }))[0]).toBe(400)
  })

  test("a cancelled upload takes nothing more", async () => {
    const bytes = randomBytes(10)
    const id = await begin(place(hashOf(bytes)), metadataOf(bytes))
    expect((await said("POST", `${place(hashOf(bytes))}/${id}/cancel`))[0]).toBe(200)
    const part = await ask("PUT", `${place(hashOf(bytes))}/${id}/1`, ...form(bytes))
    expect(await answerOf(part)).toEqual([404, { detail: "No upload of that id is under way" }])
  })
})

describe("fal files", () => {
  // `FalFileSystem` asks with the absolute path, which makes two slashes.
  const get = async (path: string) => (await ask("GET", `file/${path}`)).bytes()
  const names = async (path: string) =>
    Schema.decodeUnknownSync(Schema.Array(Schema.Struct({ path: Schema.String, is_file: Schema.Boolean })))(
      (await said("GET", `list/${path}`))[1]
    ).map((entry) => [entry.path, entry.is_file])

  test("upload, list, download, move and remove", async () => {
    expect(await said("GET", "list//data")).toEqual([200, []])
    for (const path of ["/data/a b.txt", "/data/models/one/ü.bin", "/data/models/two.bin"]) {
      expect((await ask("POST", `file/local/${path}`, ...form(text))).status).toBe(200)
    }
    expect((await ask("POST", "file/local//data/models/two.bin", ...form(empty))).status).toBe(200)
    expect(await names("/data")).toEqual([
      ["/data/a b.txt", true],
      ["/data/models", false]
    ])
    expect(Buffer.from(await get("/data/models/one/ü.bin"))).toEqual(text)
    expect(await get("/data/models/two.bin")).toHaveLength(0)
    expect((await said("POST", "rename//data/models", { destination: "/data/old" }))[0]).toBe(200)
    expect(await names("/data/old")).toEqual([
      ["/data/old/one", false],
      ["/data/old/two.bin", true]
    ])
    expect((await said("DELETE", "file//data/old"))[0]).toBe(200)
    expect(await said("GET", "file//data/old/two.bin")).toEqual([404, { detail: "'/data/old/two.bin' not found" }])
    expect(await names("/data")).toEqual([["/data/a b.txt", true]])
  })

  test("a large one comes in parts; the answer is the MD5 that the client compares", async () => {
    const bytes = randomBytes(25 * 2 ** 20)
    const at = "file/multipart//data/big.bin"
    const id = await begin(at)
    const size = 10 * 2 ** 20
    const parts = await Promise.all([2, 0, 1].map((n) => send(at, id, n + 1, bytes.subarray(n * size, (n + 1) * size))))
    const md5 = createHash("md5").update(bytes).digest("hex")
    for (const _ of ["once", "and again, as no answer was heard"]) {
      expect(await said("POST", `${at}/${id}/complete`, { parts })).toEqual([200, { etag: md5 }])
    }
    expect(
      createHash("md5")
        .update(await get("/data/big.bin"))
        .digest("hex")
    ).toBe(md5)
  })

  test("no name leads out of /data, and no file of this machine is read", async () => {
    const secret = join(ebb.data, "secret.txt")
    writeFileSync(secret, "a secret")
    for (const path of [secret, `/data/..%2f..${secret}`, "/data/%2e%2e/x", "/data/a%00b", "/data/%ff", "relative"]) {
      const read = await ask("GET", `file/${path}`)
      expect([path, read.status >= 400, (await read.text()).includes("a secret")]).toEqual([path, true, false])
      expect((await ask("POST", `file/local/${path}`, ...form(text))).status).toBeGreaterThanOrEqual(400)
    }
    expect((await said("POST", "rename//data/big.bin", { destination: secret }))[0]).toBe(400)
  })

  test("a file is no folder, and a folder no file", async () => {
    const below = await ask("POST", "file/local//data/big.bin/x", ...form(text))
    expect(await answerOf(below)).toEqual([409, { detail: "'/data/big.bin' is a file" }])
    expect((await ask("POST", "file/local//data/folder/x", ...form(text))).status).toBe(200)
    const above = await ask("POST", "file/local//data/folder", ...form(text))
    expect(await answerOf(above)).toEqual([409, { detail: "'/data/folder' is a folder" }])
  })

  test("what a sandbox does not do it says in a sentence", async () => {
    const detail = "A sandbox fetches nothing from elsewhere: download the file, and send it with fal files upload"
    expect(await said("POST", "file/url//data/x", { url: "https://example.com/x" })).toEqual([501, { detail }])
    expect((await ask("POST", "file/local//data/x?unzip=true", ...form(text))).status).toBe(501)
    expect(await answerOf(await ask("POST", "file/local//data/x", "no form"))).toEqual([
      400,
      { detail: "The body must be a form (multipart/form-data) with a file in file_upload" }
    ])
    expect((await said("GET", "nothing/of/the/kind"))[0]).toBe(404)
  })

  test("what another team has is not there", async () => {
    const [, key = ""] = /FAL_KEY='(.+)'/.exec(ebb.run("teams", "create", "acme").stdout) ?? []
    const other = await fetch(`${ebb.url}/files/file//data/big.bin`, { headers: { authorization: `Key ${key}` } })
    expect(other.status).toBe(404)
    expect((await fetch(`${ebb.url}/files/list//data`)).status).toBe(401)
  })
})

test("a file that takes more than is kept of all files is refused, and not forgotten in silence", async () => {
  await ebb.kill()
  await ebb.up("--limit", "payloadBytes=1048576")
  const bytes = randomBytes(2 ** 20 + 1)
  const detail = "The file is larger than 1 MiB, which is all that is kept of files"
  expect(await upload(bytes)).toEqual([400, { detail }])
  expect(await said("POST", "missing_hashes", { hashes: [hashOf(bytes)] })).toEqual([200, [hashOf(bytes)]])
  expect((await upload(bytes.subarray(1)))[0]).toBe(200)
  const headers = { authorization: `Key ${ebb.key}` }
  const body = JSON.stringify({ content_type: "text/plain", file_name: "a" })
  const initiated = await fetch(`${ebb.url}/rest.fal.ai/storage/upload/initiate-multipart`, {
    method: "POST",
    headers,
    body
  })
  const Addresses = Schema.Struct({ upload_url: Schema.String })
  const { upload_url: url } = Schema.decodeUnknownSync(Addresses)(await initiated.json())
  const at = (end: string) => url.replace("?", `/${end}?`)
  const part = await (await fetch(at("1"), { method: "PUT", body: bytes })).json()
  const complete = await fetch(at("complete"), { method: "POST", body: JSON.stringify({ parts: [part] }) })
  expect(await answerOf(complete)).toEqual([413, { detail }])
})
