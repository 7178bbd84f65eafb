// `callers.ts URL KEY CONNECTIONS PART_S FOR_S MEASURE_S`: measures how many direct requests a second the sandbox answers
// when each connection sends its next one at once, then keeps up half of that rate, a hundredth of it queued besides. A
// process of its own, on sockets, whose memory does not grow. Prints JSON lines: the rate, every minute, the end.
import type { Socket } from "bun"
import { Histogram } from "@ebb/core/tables/Histogram"

const [url = "", key = "", connections = "512", part = "600", lasting = "3600", measure = "10"] = process.argv.slice(2)
const { host, hostname, port } = new URL(url)
const partMs = Number(part) * 1000
const forMs = Number(lasting) * 1000
const minuteMs = 60_000
const tickMs = 1
const queuedEvery = 100
const body = '{"prompt":"a boat on a calm sea"}'

const requestTo = (path: string): Buffer =>
  Buffer.from(
    [
      `POST ${path} HTTP/1.1`,
      `host: ${host}`,
      `authorization: Key ${key}`,
      "content-type: application/json",
      `content-length: ${body.length}`,
      "",
      body
    ].join("\r\n")
  )
const direct = requestTo("/fal.run/local/soak")
const queued = requestTo("/queue.fal.run/local/soak")

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

/** A connection and what it waits for. */
interface Connection {
  readonly socket: Socket
  dueMs: number
  isDirect: boolean
  answer: string
}

const isWhole = (answer: string): boolean => {
  const head = answer.indexOf("\r\n\r\n")
  if (head < 0) return false
  const length = Number(/content-length: (\d+)/i.exec(answer)?.[1])
  return answer.length >= head + 4 + length
}

const idle: Array<Connection> = []
let onAnswer: (connection: Connection) => void = () => {}
let answers = 0
let failed = 0

const connect = (): Promise<Connection> =>
  new Promise((resolve, reject) => {
    let connection: Connection
    const socket = {
      open: (opened: Socket) => {
        connection = { socket: opened, dueMs: 0, isDirect: true, answer: "" }
        resolve(connection)
      },
      data: (_: Socket, data: Buffer) => {
        connection.answer += data.toString("latin1")
        if (!isWhole(connection.answer)) return
        if (!connection.answer.startsWith("HTTP/1.1 200 ")) failed++
        connection.answer = ""
        answers++
        onAnswer(connection)
      },
      close: () => {
        failed++
        const at = idle.indexOf(connection)
        if (at >= 0) idle.splice(at, 1)
        void connect().then((next) => idle.push(next))
      },
      connectError: (_: Socket, error: Error) => reject(error)
    }
    void Bun.connect({ hostname, port: Number(port), socket })
  })

for (let n = 0; n < Number(connections); n++) idle.push(await connect())

/** As many a second as there are when every connection sends its next request at once. */
const most = async (): Promise<number> => {
  let isOver = false
  onAnswer = (connection) => {
    if (isOver) idle.push(connection)
    else connection.socket.write(direct)
  }
  for (const { socket } of idle.splice(0)) socket.write(direct)
  await Bun.sleep(1000)
  const before = answers
  const beganMs = performance.now()
  await Bun.sleep(Number(measure) * 1000)
  const perSecond = ((answers - before) * 1000) / (performance.now() - beganMs)
  isOver = true
  while (idle.length < Number(connections)) await Bun.sleep(10)
  return perSecond
}

const full = await most()
const rate = Math.round(full / 2)
say({ full: Math.round(full), rate })

const startedMs = performance.now()
let made = 0
let minute = new Histogram()
const first = new Histogram()
const last = new Histogram()

onAnswer = (connection) => {
  const nowMs = performance.now()
  idle.push(connection)
  if (!connection.isDirect) return
  // From when it was due, not from when a connection was free: who waits for a slow answer is counted too.
  const latencyMs = nowMs - connection.dueMs
  const atMs = connection.dueMs - startedMs
  minute.record(latencyMs)
  if (atMs >= partMs && atMs < 2 * partMs) first.record(latencyMs)
  if (atMs >= forMs - partMs) last.record(latencyMs)
}

const send = (isDirect: boolean, dueMs: number): boolean => {
  const connection = idle.shift()
  if (connection === undefined) return false
  connection.dueMs = dueMs
  connection.isDirect = isDirect
  connection.socket.write(isDirect ? direct : queued)
  return true
}

let tellAtMs = minuteMs
const tick = (): void => {
  const atMs = performance.now() - startedMs
  if (atMs >= tellAtMs) {
    tellAtMs += minuteMs
    say({ atMs, made, failed, latencyMs: minute.summary() })
    minute = new Histogram()
  }
  if (atMs >= forMs) {
    const part = { first: first.summary(), last: last.summary() }
    say({ made, failed, ...part })
    process.exit(0)
  }
  const due = (Math.min(atMs, forMs) / 1000) * rate
  while (made < due) {
    const dueMs = startedMs + (made / rate) * 1000
    if (!send(true, dueMs)) break
    made++
    if (made % queuedEvery === 0) send(false, dueMs)
  }
  setTimeout(tick, tickMs)
}
tick()
