import { createServer } from "node:net"
import { gzipSync } from "node:zlib"

/** One app of one process: the server below, which listens on that address. */
export const serverAt = (app: string, host: string): string => `
app: { name: ${app}, max_multiplexing: 4, termination_grace_period: 2s }
scaling: { min_concurrency: 1, max_concurrency: 1 }
runner: { command: [${process.execPath}, ${import.meta.filename}, "${host}"] }
`

/** The path at which it answers with that head, from the status on. */
export const said = (head: string): string => `own/${encodeURIComponent(head)}`

/** The path at which it answers with the lines of the head that it was sent. */
export const heard = said("200 OK\r\nx-as-heard: 1")

export const ownServer = serverAt("own", "127.0.0.1")

/** What it answers with. */
export const plainBody = { a: "plain" }

/** Writes the head that the path names, whatever it is worth, and its body, compressed where the head says so. */
const serve = (host: string, port: number): void => {
  const server = createServer((socket) => {
    socket.on("error", () => {})
    socket.once("data", (chunk) => {
      const [, path = "/"] = String(chunk).split(" ")
      const head = decodeURIComponent(path.slice(1))
      const lines = String(chunk).split("\r\n\r\n")[0]?.split("\r\n")
      const plain = JSON.stringify(head.includes("x-as-heard") ? lines : plainBody)
      const body = head.includes("content-encoding: gzip") ? gzipSync(plain) : Buffer.from(plain)
      socket.write(`HTTP/1.1 ${head}\r\ncontent-length: ${body.length}\r\n\r\n`)
      socket.write(body)
    })
  })
  server.listen(port, host)
}

if (import.meta.main) serve(process.argv[2]!, Number(process.env["PORT"]))
