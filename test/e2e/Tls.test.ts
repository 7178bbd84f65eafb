import { Schema } from "effect"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { connect } from "node:http2"
import { request } from "node:https"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()
const decodeExports = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({ FAL_RUN_HOST: Schema.String, FAL_QUEUE_RUN_HOST: Schema.String, SSL_CERT_FILE: Schema.String })
  )
)
const exported = () => decodeExports(ebb.run("env", "--json").stdout)

beforeAll(async () => {
  await ebb.up("--tls")
  await ebb.serving("demo", 1)
})

afterAll(() => ebb.remove())

/** An https client that trusts those certificates and checks the name of the server. */
const post = (address: string, ca: string | undefined) =>
  new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const headers = { authorization: `Key ${ebb.key}`, "content-type": "application/json", "x-ebb-service": "1ms" }
    const trust = ca === undefined ? {} : { ca }
    const outgoing = request(`https://${address}`, { method: "POST", headers, agent: false, ...trust }, (incoming) => {
      let text = ""
      incoming.on("data", (chunk: Buffer) => (text += chunk.toString()))
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, text }))
    })
    outgoing.on("error", reject)
    outgoing.end('{"a":1}')
  })

test("clients that speak https only reach the data plane by the exports of ebb env", async () => {
  const { FAL_QUEUE_RUN_HOST: queue, FAL_RUN_HOST: run, SSL_CERT_FILE: bundle } = exported()
  const ca = readFileSync(bundle, "utf8")
  expect(await post(`${run}/local/demo`, ca)).toEqual({ status: 200, text: '{"a":1}' })
  expect(await post(`${run.replace("localhost", "127.0.0.1")}/local/demo`, ca)).toMatchObject({ status: 200 })
  const submitted = await post(`${queue}/local/demo`, ca)
  expect(JSON.parse(submitted.text).status_url).toContain(`https://${queue}/local/demo/requests/`)
})

test("who does not trust the local authority is not talked into it", async () => {
  await expect(post(`${exported().FAL_RUN_HOST}/local/demo`, undefined)).rejects.toThrow(/certificate/i)
})

test("a client that offers HTTP/2 as well is answered over HTTP/1.1", () => {
  const { FAL_RUN_HOST: run, SSL_CERT_FILE: bundle } = exported()
  const words = ["-sS", "--cacert", bundle, "-o", "/dev/null", "-w", "%{http_version} %{http_code}"]
  const { stderr, stdout } = spawnSync("curl", [...words, `https://${run}/local/demo`], { encoding: "utf8" })
  expect(stderr + stdout).toBe("1.1 401")
})

test("gRPC is there too", async () => {
  const { FAL_RUN_HOST: run, SSL_CERT_FILE: bundle } = exported()
  const session = connect(`https://${run.split("/")[0]}`, { ca: readFileSync(bundle, "utf8") })
  const [id = "", secret = ""] = ebb.key.split(":")
  const stream = session.request({
    ":method": "POST",
    ":path": "/controller.IsolateController/RolloutApplication",
    "content-type": "application/grpc",
    te: "trailers",
    "auth-key-id": id,
    "auth-key": secret
  })
  const trailers = new Promise((resolve, reject) => {
    stream.on("trailers", (seen) => resolve(seen["grpc-status"]))
    session.on("error", reject)
  })
  stream.resume()
  stream.end(Buffer.from("00000000060a0464656d6f", "hex"))
  expect(String(await trailers)).toBe("0")
  session.close()
})

test("status names the address; the next start has the same certificates", async () => {
  const host = exported().FAL_RUN_HOST.split("/")[0]
  expect(ebb.run("status").stdout).toContain(`with TLS at https://${host}\n`)
  const certificate = () => readFileSync(join(ebb.data, "tls", "server.pem"), "utf8")
  const before = certificate()
  await ebb.kill()
  await ebb.up("--tls")
  expect(certificate()).toBe(before)
})
