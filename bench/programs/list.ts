// `list.ts URL KEY METHOD`: asks for a list over gRPC and prints how long its answer took, in milliseconds, its reading included. A process of
// its own, as with call.ts.
import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import { GrpcClient, keyOf } from "../../apps/runtime/test/doors/GrpcClient.ts"

const { method } = IsolateController
const [url = "", key = "", name = ""] = process.argv.slice(2)
const [id = "", secret = ""] = key.split(":")
const client = new GrpcClient(url, keyOf(id, secret))
const startedMs = performance.now()
const asked = name === "listUserKeys" ? client.call(method.listUserKeys, {}) : client.call(method.listRunners, {})
const { details, status } = await asked
const ms = performance.now() - startedMs
if (status !== 0) throw new Error(`${name}: ${details}`)
process.stdout.write(JSON.stringify(ms))
client.close()
