// `load.ts CONNECTIONS ROUNDS URL KEY [URL KEY …]`: in each round every server gets a slice of time for itself, one after
// another, so that what else the machine does meets them all. In its slice each connection sends a request, waits for its
// answer and sends the next. Prints for each server how many answers a second it gave in each round.
// Written on sockets, so that it costs less than the servers that it measures; and it never sleeps, so that no server
// pays for waking it up.
import type { Socket } from "bun"

const [connections = "64", rounds = "20", ...servers] = process.argv.slice(2)
const sliceMs = 250
/** What is under way when a slice begins is not counted. */
const settleMs = 50
const warmUpSlices = 5
const body = '{"prompt":"a boat on a calm sea"}'
const ok = Buffer.from("HTTP/1.1 200 ")

const fail = (what: string): never => {
  process.stderr.write(`${what}\n`)
  process.exit(1)
}

/** An answer's head and body come in one piece here: they are a few hundred bytes. */
const isWhole = (data: Buffer): boolean =>
  data.subarray(0, ok.length).equals(ok) && data.subarray(-body.length).toString() === body

const requestTo = (url: URL, key: string): Buffer =>
  Buffer.from(
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

/** Callers of one server. */
class Callers {
  answers = 0
  private isActive = false
  /** Connections on which no answer is awaited. */
  private readonly idle = new Set<Socket>()
  private readonly url: URL
  private readonly request: Buffer

  constructor(url: string, key: string) {
    this.url = new URL(url)
    this.request = requestTo(this.url, key)
  }

  async connect(): Promise<void> {
    for (let n = 0; n < Number(connections); n++) this.idle.add(await this.one())
  }

  private one(): Promise<Socket> {
    return Bun.connect({
      hostname: this.url.hostname,
      port: Number(this.url.port),
      socket: {
        data: (socket, data) => {
          if (!isWhole(data)) fail(`not an answer: ${data.toString()}`)
          this.answers++
          if (this.isActive) socket.write(this.request)
          else this.idle.add(socket)
        },
        close: () => fail("a server closed a connection")
      }
    })
  }

  /** Answers a second in one slice. */
  async slice(): Promise<number> {
    this.isActive = true
    for (const socket of this.idle) socket.write(this.request)
    this.idle.clear()
    await Bun.sleep(settleMs)
    const before = this.answers
    const startedMs = performance.now()
    await Bun.sleep(sliceMs)
    const perSecond = ((this.answers - before) * 1000) / (performance.now() - startedMs)
    this.isActive = false
    await Bun.sleep(settleMs)
    return perSecond
  }
}

const all: Array<Callers> = []
for (let n = 0; n < servers.length; n += 2) all.push(new Callers(servers[n]!, servers[n + 1]!))
for (const callers of all) await callers.connect()
const spin = (): void => void setImmediate(spin)
spin()
for (const callers of all) for (let n = 0; n < warmUpSlices; n++) await callers.slice()
const measured: Array<Array<number>> = all.map(() => [])
for (let round = 0; round < Number(rounds); round++) {
  for (const [n, callers] of all.entries()) measured[n]!.push(await callers.slice())
}
process.stdout.write(JSON.stringify(measured), () => process.exit(0))
