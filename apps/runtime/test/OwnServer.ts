import { createServer } from "node:net"

/** One app, `own`, of one process: the server below. */
export const ownServer = `
app: { name: own, max_multiplexing: 4, termination_grace_period: 2s }
scaling: { min_concurrency: 1, max_concurrency: 1 }
runner: { command: [${process.execPath}, ${import.meta.filename}] }
`

/** The path at which it answers with that head, from the status on. */
export const said = (head: string): string => `own/${encodeURIComponent(head)}`

/** Writes the head that the path names, whatever it is worth, and an empty object. */
const serve = (port: number): void => {
  const server = createServer((socket) => {
    socket.on("error", () => {})
    socket.once("data", (chunk) => {
      const [, path = "/"] = String(chunk).split(" ")
      socket.write(`HTTP/1.1 ${decodeURIComponent(path.slice(1))}\r\ncontent-length: 2\r\n\r\n{}`)
    })
  })
  server.listen(port, "127.0.0.1")
}

if (import.meta.main) serve(Number(process.env["PORT"]))
