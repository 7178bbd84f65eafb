import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import { afterEach, assert } from "vitest"
import { keyOf } from "./GrpcClient.ts"
import { Rig } from "./Rig.ts"

const { method } = IsolateController
export const key = keyOf("id", "secret")
export const rollout = { applicationName: "myapp" }

/** The rig of the test that runs; it is closed at its end. */
export let rig: Rig

export const open = async (options: Parameters<typeof Rig.open>[0] = {}): Promise<string> => {
  rig = await Rig.open(options)
  return `http://${rig.authority}`
}

export const closeAfterEach = (): void => afterEach(() => rig.close())

/** A bare connection, with all that came back once it is closed. */
export const dial = async (): Promise<{ readonly socket: Socket; readonly closed: Promise<string> }> => {
  const socket = connect(rig.port.port, "127.0.0.1")
  const chunks: Array<Buffer> = []
  const { promise, resolve } = Promise.withResolvers<string>()
  socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => {})
  socket.on("close", () => resolve(Buffer.concat(chunks).toString()))
  await once(socket, "connect")
  return { socket, closed: promise }
}

/** The door still serves both protocols. */
export const isAlive = async (): Promise<void> => {
  assert.strictEqual(await (await fetch(`http://${rig.authority}/`)).text(), "over HTTP/1.1")
  assert.strictEqual((await rig.client(key).call(method.rolloutApplication, rollout)).status, 0)
}
