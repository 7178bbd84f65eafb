import { Connections } from "@ebb/runtime/doors/Connections"
import { GrpcDoor } from "@ebb/runtime/doors/GrpcDoor"
import { OnePort } from "@ebb/runtime/doors/OnePort"
import * as WebSockets from "@ebb/runtime/edge/WebSockets"
import { serviceOf } from "@ebb/runtime/planes/grpc/GrpcPlane"
import { MemoryControl } from "./MemoryControl.ts"

/** Both doors in a program of their own: prints its port, then what became of callers. */
const connections = new Connections({ max: Infinity, perAddress: Infinity })
const door = new GrpcDoor(serviceOf(new MemoryControl(), "http"), connections)
const listening = OnePort.listen({
  host: "127.0.0.1",
  port: 0,
  grpc: door.take,
  connections,
  fetch: (request) => {
    if (!request.url.endsWith("/events")) return new Response(request.body)
    request.signal.addEventListener("abort", () => console.log("left"))
    const start = (body: ReadableStreamDefaultController<Uint8Array>) =>
      body.enqueue(new TextEncoder().encode("data: 1\n\n"))
    const headers = { "content-type": "text/event-stream", "transfer-encoding": "chunked" }
    return new Response(new ReadableStream({ start }), { headers })
  },
  upgrade: (wish) => WebSockets.open(wish, (ws) => void ws.on("message", (data) => ws.send(String(data))))
})
void listening.then(({ port }) => console.log(port))
