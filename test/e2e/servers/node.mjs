// Answers after the milliseconds in ?ms=, with its pid and its environment; finishes what is in flight on SIGTERM.
import { createServer } from "node:http"

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost")
  if (url.pathname === "/chunks") return chunks(request, response)
  setTimeout(
    () => {
      response.setHeader("content-type", "application/json")
      response.end(
        JSON.stringify({ pid: process.pid, k: process.env.K ?? null, key: process.env.FAL_KEY !== undefined })
      )
    },
    Number(url.searchParams.get("ms") ?? 0)
  )
})

const chunks = (request, response) => {
  response.writeHead(200, { "content-type": "text/plain" })
  request.on("data", (chunk) => response.write(chunk.toString().toUpperCase()))
  request.on("end", () => response.end())
}

server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log(`listening, pid ${process.pid}`))
process.on("SIGTERM", () => server.close(() => process.exit(0)))
