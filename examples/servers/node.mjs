// A server that drains, in Node: ebb check -- node examples/servers/node.mjs
import { createServer } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"

const server = createServer(async (_, response) => {
  await sleep(500)
  response.end("done\n")
})
server.listen(process.env.PORT)

process.on("SIGTERM", () => {
  server.close(() => process.exit(0))
  // A connection that is busy now is kept alive after its answer, and would be waited for.
  setInterval(() => server.closeIdleConnections(), 100)
})
