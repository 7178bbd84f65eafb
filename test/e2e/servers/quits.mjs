// Ends at once on SIGTERM and finishes what is in flight on SIGQUIT, as nginx does; answers only then.
import { createServer } from "node:http"

const held = []
const server = createServer((_, response) => void held.push(response))

server.listen(Number(process.env.PORT), "127.0.0.1")
process.on("SIGTERM", () => process.exit(0))
process.on("SIGQUIT", () => {
  server.close(() => process.exit(0))
  for (const response of held) response.end("{}")
})
