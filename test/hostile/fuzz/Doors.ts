import fc from "fast-check"
import { readdirSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { Ebb } from "../../e2e/Ebb.ts"
import { type Case, cases } from "./Cases.ts"

const atOnce = 16
const perRound = 200
const answerWithinMs = 60
const aliveWithinMs = 60_000
const settleWithinMs = 90_000
const mebibyte = 2 ** 20

/** What a run saw. */
export interface Seen {
  readonly cases: number
  readonly aliveMedianMs: number
  readonly memoryGrownMiB: number
  readonly descriptorsGrown: number
}

/** What must not happen, with what led to it. */
class Broken extends Error {}

const isPage = (text: string): boolean => /\ncontent-type: text\/(html|javascript)/i.test(text)

const isLeak = (text: string): boolean => /\n\s+at [^\n]*[:(]|node_modules|\.tsx?:\d+|\/\$bunfs/.test(text)

const send = ({ pieces, port, resets }: Case, ports: Readonly<Record<Case["port"], number>>): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(ports[port], "127.0.0.1")
    let text = ""
    const end = () => {
      clearTimeout(timer)
      if (resets) socket.resetAndDestroy()
      else socket.destroy()
      resolve(text)
    }
    const timer = setTimeout(end, answerWithinMs)
    socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")))
    socket.on("error", () => {})
    socket.on("close", end)
    socket.on("connect", () => {
      for (const piece of pieces) socket.write(piece)
    })
  })

const shown = ({ kind, pieces, port }: Case): string =>
  `${kind} to the ${port} port: ${pieces.map((piece) => JSON.stringify(piece.toString("latin1"))).join(" + ")}`

/** Throws random and half-right bytes at every door of a sandbox of its own, and looks whether it minds. */
export class DoorFuzzer {
  private readonly ebb = new Ebb()
  private ports: Record<Case["port"], number> = { main: 0, direct: 0 }
  private readonly alive: Array<number> = []
  private pid = 0

  async open(): Promise<void> {
    await this.ebb.up("--http-port", "0")
    const running = JSON.parse(readFileSync(`${this.ebb.data}/sandbox.json`, "utf8"))
    this.pid = running.pid
    this.ports = { main: Number(new URL(this.ebb.url).port), direct: Number(new URL(this.ebb.directUrl).port) }
  }

  close(): Promise<void> {
    return this.ebb.remove()
  }

  private keys() {
    const made = JSON.parse(this.ebb.run("keys", "create", "--scope", "API", "--json").stdout)
    if (this.ebb.run("teams", "create", "acme").code !== 0) throw new Error("there is no other team")
    const other = readFileSync(`${this.ebb.data}/keys/acme.key`, "utf8").trim()
    return { user: this.ebb.key, api: `${made.key_id}:${made.key_secret}`, other }
  }

  /** Goes on for so long; `seed` gives the same cases again. */
  async run(forMs: number, seed: number, progress: (seen: number) => void): Promise<Seen> {
    const arbitrary = cases(this.keys())
    let count = 0
    let before: { readonly memory: number; readonly descriptors: number } | null = null
    const startedMs = performance.now()
    for (let round = 0; performance.now() - startedMs < forMs || before === null; round++) {
      const batch = fc.sample(arbitrary, { numRuns: perRound, seed: seed + round })
      for (let n = 0; n < batch.length; n += atOnce) await this.sendAll(batch.slice(n, n + atOnce))
      count += batch.length
      await this.checkAlive(batch)
      // What is made on first use is there by now.
      if (round === 1) before = this.size()
      progress(count)
    }
    const { descriptors, memory } = await this.settled(before)
    const sorted = this.alive.toSorted((a, b) => a - b)
    return {
      cases: count,
      aliveMedianMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
      memoryGrownMiB: (memory - before.memory) / mebibyte,
      descriptorsGrown: descriptors - before.descriptors
    }
  }

  private async sendAll(batch: ReadonlyArray<Case>): Promise<void> {
    const answers = await Promise.all(batch.map((one) => send(one, this.ports)))
    for (const [n, answer] of answers.entries()) {
      if (!isPage(answer) && isLeak(answer))
        throw new Broken(`An answer shows the inside:\n${answer}\nto ${shown(batch[n]!)}`)
      if (answer.startsWith("HTTP/1.1 500 ")) throw new Broken(`An answer is 500 to ${shown(batch[n]!)}`)
    }
  }

  private async checkAlive(batch: ReadonlyArray<Case>): Promise<void> {
    const startedMs = performance.now()
    const status = await fetch(`${this.ebb.url}/openapi.json`, { signal: AbortSignal.timeout(aliveWithinMs) }).then(
      (answer) => answer.arrayBuffer().then(() => answer.status),
      (error: Error) => error.message
    )
    this.alive.push(performance.now() - startedMs)
    const log = this.ebb.log
    if (status === 200 && !log.includes("met a fault of the sandbox")) return
    throw new Broken(`After these it answers ${status}:\n${batch.map(shown).join("\n")}\n${log}`)
  }

  private size() {
    const [, kibibytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))!
    return { memory: Number(kibibytes) * 1024, descriptors: readdirSync(`/proc/${this.pid}/fd`).length }
  }

  /** What it needs once connections that are left over have run out, or after a while. */
  private async settled(before: ReturnType<DoorFuzzer["size"]>) {
    const deadlineMs = performance.now() + settleWithinMs
    let now = this.size()
    const isMore = () => now.descriptors > before.descriptors + 16 || now.memory > before.memory + 64 * mebibyte
    while (isMore() && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      now = this.size()
    }
    return now
  }
}
