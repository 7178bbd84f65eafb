// A server that drains, in Node: ebb check -- node examples/servers/node.mjs
import { createServer } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"

let isEnding = false
const server = createServer(async (_, response) => {
  await sleep(500)
  // A proxy that goes on using a connection would hold the server up for as long.
  if (isEnding) response.setHeader("connection", "close")
  response.end("done\n")
})
server.listen(process.env.PORT)

process.on("SIGTERM", () => {
  isEnding = true
  server.close(() => process.exit(0))
  // A connection that was busy with an answer that had begun is kept alive after it, and would be waited for.
  setInterval(() => server.closeIdleConnections(), 100)
})
