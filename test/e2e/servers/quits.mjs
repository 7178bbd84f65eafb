// Ends at once on SIGTERM and finishes what is in flight on SIGQUIT, as nginx does.
import { createServer } from "node:http"

const server = createServer((request, response) => {
  const ms = Number(new URL(request.url, "http://localhost").searchParams.get("ms") ?? 0)
  setTimeout(() => response.end("{}"), ms)
})

server.listen(Number(process.env.PORT), "127.0.0.1")
process.on("SIGTERM", () => process.exit(0))
process.on("SIGQUIT", () => server.close(() => process.exit(0)))
