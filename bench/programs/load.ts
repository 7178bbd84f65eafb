// `load.ts URL KEY CONNECTIONS SECONDS`: each connection sends a request, waits for its answer and sends the next.
// Prints answers a second. Written on sockets, so that it costs less than the servers that it measures.
const [address = "", key = "", connections = "64", seconds = "3"] = process.argv.slice(2)
const url = new URL(address)
const body = '{"prompt":"a boat on a calm sea"}'
const request = Buffer.from(
  [
    `POST ${url.pathname} HTTP/1.1`,
    `host: ${url.host}`,
    ...(key === "" ? [] : [`authorization: Key ${key}`]),
    "content-type: application/json",
    `content-length: ${body.length}`,
    "",
    body
  ].join("\r\n")
)
const ok = Buffer.from("HTTP/1.1 200 ")
let answers = 0
let isOver = false

/** An answer's head and body come in one piece here: they are a few hundred bytes. */
const isWhole = (data: Buffer): boolean =>
  data.subarray(0, ok.length).equals(ok) && data.subarray(-body.length).toString() === body

const fail = (what: string): never => {
  process.stderr.write(`${what}\n`)
  process.exit(1)
}

const connect = () =>
  Bun.connect({
    hostname: url.hostname,
    port: Number(url.port),
    socket: {
      open: (socket) => void socket.write(request),
      data: (socket, data) => {
        if (!isWhole(data)) fail(`not an answer: ${data.toString()}`)
        answers++
        if (!isOver) socket.write(request)
      },
      close: () => {
        if (!isOver) fail("the server closed a connection")
      }
    }
  })

const warmUpMs = 1000
await Promise.all(Array.from({ length: Number(connections) }, connect))
await Bun.sleep(warmUpMs)
const before = answers
const startedMs = performance.now()
await Bun.sleep(Number(seconds) * 1000)
const perSecond = ((answers - before) * 1000) / (performance.now() - startedMs)
isOver = true
process.stdout.write(JSON.stringify(perSecond), () => process.exit(0))
