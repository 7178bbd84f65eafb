// Streams three events at /tokens/stream, and three more once it has SIGTERM; has nothing at other paths.
import { createServer } from "node:http"

const held = []

const server = createServer((request, response) => {
  request.resume()
  if (request.url === "/health") return response.end()
  if (request.url !== "/tokens/stream") {
    response.writeHead(404, { "content-type": "application/json" })
    return response.end(JSON.stringify({ detail: `Path ${request.url} not found` }))
  }
  response.writeHead(200, { "content-type": "text/event-stream" })
  const three = (from) => [0, 1, 2].forEach((n) => response.write(`data: {"n":${from + n}}\n\n`))
  three(0)
  held.push(() => {
    three(3)
    response.end()
  })
})

server.listen(Number(process.env.PORT), "127.0.0.1")
process.on("SIGTERM", () => {
  server.close(() => process.exit(0))
  for (const finish of held) finish()
})
