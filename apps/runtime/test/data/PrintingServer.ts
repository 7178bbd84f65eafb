import { createServer, type ServerResponse } from "node:http"

/** An app of one process, the server below. */
export const printing = (name: string, multiplexing: number): string => `
app: { name: ${name}, auth: shared, max_multiplexing: ${multiplexing}, termination_grace_period: 5s }
scaling: { min_concurrency: 1, max_concurrency: 1, keep_alive: 300s }
runner: { command: [${process.execPath}, ${import.meta.filename}] }
`

/** Prints what it is sent. Answers wait until a request says to go, or is cancelled. */
const serve = (port: number): void => {
  const held: Array<ServerResponse> = []
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => (body += String(chunk)))
    request.on("end", () => {
      const isInput = !request.url?.endsWith("/cancel")
      if (isInput) console.log(`input: ${body}`)
      held.push(response)
      if (isInput && !body.startsWith("go")) return
      for (const each of held.splice(0)) each.end("{}")
    })
  })
  server.listen(port, "127.0.0.1")
}

if (import.meta.main) serve(Number(process.env["PORT"]))
