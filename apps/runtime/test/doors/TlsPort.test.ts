import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import { once } from "node:events"
import { connect } from "node:net"
import { afterEach, assert, beforeEach, it } from "vitest"
import { keyOf } from "./GrpcClient.ts"
import { Rig } from "./Rig.ts"
import { certificate } from "./TestCertificate.ts"

const { method } = IsolateController

let rig: Rig

beforeEach(async () => {
  const fetch = async (request: Request) => new Response(`${request.method} ${request.url} ${await request.text()}`)
  rig = await Rig.open({ tls: certificate, fetch })
})

afterEach(() => rig.close())

const trusting = { ca: certificate.cert }

it("a TLS port answers HTTP/1.1, whose handler sees https", async () => {
  const url = `https://${rig.authority}/a`
  const answer = await fetch(url, { method: "POST", body: "body", tls: trusting })
  assert.strictEqual(await answer.text(), `POST ${url} body`)
})

it("and gRPC, whose answers name https addresses", async () => {
  const client = rig.client(keyOf("id", "secret"), trusting)
  const { messages, status } = await client.call(method.registerApplication, { applicationName: "myapp" })
  assert.strictEqual(status, 0)
  assert.strictEqual(messages[0]!.serviceUrls?.ws, `wss://${rig.authority}/fal.run/local/myapp--staging`)
})

it("and survives callers who speak in clear", async () => {
  await fetch(`http://${rig.authority}/`).then(
    () => assert.fail("answered in clear"),
    () => {}
  )
  const answer = await fetch(`https://${rig.authority}/`, { tls: trusting })
  assert.strictEqual(answer.status, 200)
})

it("and closes on a caller who never begins the handshake", async () => {
  const silent = connect(rig.port.port, "127.0.0.1")
  silent.on("error", () => {})
  await once(silent, "connect")
  const answer = await fetch(`https://${rig.authority}/`, { tls: trusting })
  assert.strictEqual(answer.status, 200)
  const closed = once(silent, "close")
  await rig.port.close()
  await closed
})
