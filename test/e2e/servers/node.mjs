// Answers after the milliseconds in ?ms=, or with ?ms=held once it has SIGTERM, with its pid and its environment; finishes what is in flight then.
import { createServer } from "node:http"

const held = []

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost")
  if (url.pathname === "/chunks") return chunks(request, response)
  const answer = () => {
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify({ pid: process.pid, k: process.env.K ?? null, key: process.env.FAL_KEY !== undefined }))
  }
  const ms = url.searchParams.get("ms") ?? 0
  if (ms === "held") held.push(answer)
  else setTimeout(answer, Number(ms))
})

const chunks = (request, response) => {
  response.writeHead(200, { "content-type": "text/plain" })
  request.on("data", (chunk) => response.write(chunk.toString().toUpperCase()))
  request.on("end", () => response.end())
}

server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log(`listening, pid ${process.pid}`))
process.on("SIGTERM", () => {
  server.close(() => process.exit(0))
  for (const answer of held) answer()
})
