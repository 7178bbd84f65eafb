import * as Api from "@ebb/protocol/rest/Api"
import { Schema } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { Ebb } from "../../e2e/Ebb.ts"

/** Numbers from 0 to 1, the same for one seed (mulberry32). */
export const randomOf = (from: number) => () => {
  from = (from + 0x6d2b79f5) | 0
  let t = Math.imul(from ^ (from >>> 15), 1 | from)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const simulated = `
app: { name: sim, max_multiplexing: 4, termination_grace_period: 5s }
scaling: { min_concurrency: 3, max_concurrency: 12 }
runner: { scheduling: 20ms, setup: 50ms, teardown: 20ms, service: { exponential: { mean: 40ms } } }
`
const handler = "export default async (request: Request) => Response.json(await request.json())\n"
const processes = `
app: { name: proc, max_multiplexing: 4, termination_grace_period: 5s }
scaling: { min_concurrency: 1, max_concurrency: 2 }
runner: { handler: echo.ts }
`

const decodeAck = Schema.decodeUnknownSync(Schema.Struct({ request_id: Schema.String }))
const decodeUpload = Schema.decodeUnknownSync(Schema.Struct({ file_url: Schema.String, upload_url: Schema.String }))

/** How much a run of kills went through. */
export interface Tally {
  kills: number
  killsWhileStarting: number
  queued: number
  direct: number
  streamed: number
  messages: number
  uploads: number
  secrets: number
  teams: number
  deploys: number
  rollouts: number
}

/** Kills a sandbox again and again under load of every kind; nothing that it acknowledged may be lost or change. */
export class KillLoop {
  private readonly ebb = new Ebb()
  private readonly random: () => number
  private readonly specs: ReadonlyArray<string>
  /** What was acknowledged: tokens by request id, contents by address, keys by team. */
  private readonly queued = new Map<string, { readonly app: string; readonly token: string; result: string | null }>()
  private readonly files = new Map<string, string>()
  private readonly teams = new Map<string, string>()
  private readonly secrets = new Set<string>()
  private readonly revisions = new Set<string>()
  private readonly rollouts = new Set<string>()
  private isAlive = false
  private made = 0
  readonly tally: Tally = {
    kills: 0,
    killsWhileStarting: 0,
    queued: 0,
    direct: 0,
    streamed: 0,
    messages: 0,
    uploads: 0,
    secrets: 0,
    teams: 0,
    deploys: 0,
    rollouts: 0
  }

  constructor(seed: number) {
    this.random = randomOf(seed)
    const write = (name: string, text: string): string => {
      writeFileSync(join(this.ebb.data, name), text)
      return join(this.ebb.data, name)
    }
    write("echo.ts", handler)
    this.specs = [write("sim.yaml", simulated), write("proc.yaml", processes)]
  }

  remove(): Promise<void> {
    return this.ebb.remove()
  }

  /** One start, a check of all that was acknowledged before, load, and a kill in the middle of it. */
  async once(): Promise<void> {
    if (this.random() < 0.15) await this.killWhileStarting()
    await this.ebb.up(...this.specs)
    await this.check()
    this.isAlive = true
    const working = Promise.all(this.actors().map((act) => this.again(act)))
    await sleep(50 + this.random() * 800)
    await this.ebb.kill()
    this.isAlive = false
    this.tally.kills++
    await working
  }

  private async killWhileStarting(): Promise<void> {
    const starting = this.ebb.up(...this.specs).catch(() => null)
    await sleep(this.random() * 400)
    await this.ebb.kill()
    await starting
    this.tally.killsWhileStarting++
  }

  /** Where the sandbox was killed before it answered, nothing was promised. */
  private async again(act: () => Promise<void>): Promise<void> {
    while (this.isAlive) await act().catch(() => sleep(5))
  }

  private actors(): ReadonlyArray<() => Promise<void>> {
    const app = () => (this.random() < 0.7 ? "sim" : "proc")
    return [
      () => this.queue(app()),
      () => this.queue(app()),
      () => this.call(app()),
      () => this.stream(),
      () => this.talk(),
      () => this.upload(),
      () => this.control()
    ]
  }

  private name(): string {
    return `n${++this.made}`
  }

  private post(path: string, body: string): Promise<Response> {
    const headers = { authorization: `Key ${this.ebb.key}`, "content-type": "application/json" }
    return fetch(`${this.ebb.url}${path}`, { method: "POST", headers, body })
  }

  private async queue(app: string): Promise<void> {
    const token = this.name()
    const answer = await this.post(`/queue.fal.run/local/${app}`, JSON.stringify({ token }))
    if (answer.status !== 200) return
    this.queued.set(decodeAck(await answer.json()).request_id, { app, token, result: null })
    this.tally.queued++
  }

  private async call(app: string): Promise<void> {
    const token = this.name()
    const answer = await this.post(`/fal.run/local/${app}`, JSON.stringify({ token }))
    const text = await answer.text()
    if (answer.status === 200 && !text.includes(token)) throw new Error(`a direct answer is another's: ${text}`)
    this.tally.direct++
  }

  private async stream(): Promise<void> {
    await (await this.post("/fal.run/local/sim/stream", "{}")).text()
    this.tally.streamed++
  }

  private async talk(): Promise<void> {
    const url = `${this.ebb.url.replace("http", "ws")}/fal.run/local/sim/realtime`
    const socket = new WebSocket(url, { headers: { authorization: `Key ${this.ebb.key}` } })
    await new Promise<void>((resolve) => {
      socket.addEventListener("open", () => socket.send("hello"))
      socket.addEventListener("message", () => {
        this.tally.messages++
        socket.close()
      })
      socket.addEventListener("close", () => resolve())
      socket.addEventListener("error", () => resolve())
    })
  }

  private async upload(): Promise<void> {
    const content = this.name().repeat(2000)
    const wish = JSON.stringify({ content_type: "text/plain", file_name: "a.txt" })
    const begun = await this.post("/rest.fal.ai/storage/upload/initiate", wish)
    const { file_url: file, upload_url: upload } = decodeUpload(await begun.json())
    const sent = await fetch(upload, { method: "PUT", body: content })
    if (sent.status !== 200) return
    this.files.set(new URL(file).pathname, content)
    this.tally.uploads++
  }

  private async control(): Promise<void> {
    await sleep(this.random() * 80)
    const draw = this.random()
    const { ebb } = this
    if (draw < 0.4) {
      const body = { force: this.random() < 0.3 }
      const { id } = await ebb.ask(Api.rollout, {
        params: { app: this.random() < 0.7 ? "sim" : "proc" },
        query: {},
        body
      })
      this.rollouts.add(id)
      this.tally.rollouts++
    } else if (draw < 0.6) {
      const name = this.name().toUpperCase()
      await ebb.ask(Api.setSecret, { params: { name }, query: {}, body: { value: name } })
      this.secrets.add(name)
      this.tally.secrets++
    } else if (draw < 0.8) {
      const name = this.name()
      const { key } = await ebb.ask(Api.createTeam, { params: {}, body: { name } })
      this.teams.set(name, `${key.key_id}:${key.key_secret}`)
      this.tally.teams++
    } else {
      const body = { spec: simulated, strategy: this.random() < 0.5 ? "recreate" : "rolling", detached: true } as const
      this.revisions.add((await ebb.ask(Api.deploy, { params: {}, query: {}, body })).revision)
      this.tally.deploys++
    }
  }

  /** Whether everything that was ever acknowledged is there, by nothing but HTTP; throws where it is not. */
  async check(): Promise<void> {
    const { ebb } = this
    for (const [id, request] of this.queued) await this.checkQueued(id, request)
    for (const [path, content] of this.files) {
      const answer = await fetch(`${ebb.url}${path}`)
      if ((await answer.text()) !== content) throw new Error(`the file ${path} is lost or another (${answer.status})`)
    }
    for (const [team, key] of this.teams)
      await ebb
        .as(key)
        .ask(Api.listApps, { params: {}, query: {} })
        .catch(() => {
          throw new Error(`the key of team ${team} is lost`)
        })
    const none = { params: {}, query: {} }
    const { secrets } = await ebb.ask(Api.listSecrets, none)
    const { revisions } = await ebb.ask(Api.listRevisions, none)
    const { rollouts } = await ebb.ask(Api.listRollouts, none)
    const { requests } = await ebb.ask(Api.listRequests, { params: {}, query: { limit: "10000" } })
    const settled = requests.filter(({ outcome }) => outcome !== null).map(({ requestId }) => requestId)
    expectAll(
      "secret",
      this.secrets,
      secrets.map(({ name }) => name)
    )
    expectAll(
      "revision",
      this.revisions,
      revisions.map(({ application_id: id }) => id)
    )
    expectAll(
      "rollout",
      this.rollouts,
      rollouts.map(({ id }) => id)
    )
    if (rollouts.some(({ id, state }) => this.rollouts.has(id) && state === "running"))
      throw new Error("a rollout never ends")
    if (new Set(settled).size !== settled.length) throw new Error("a request was settled twice")
  }

  private async checkQueued(id: string, request: { app: string; token: string; result: string | null }): Promise<void> {
    const headers = { authorization: `Key ${this.ebb.key}` }
    const address = `${this.ebb.url}/queue.fal.run/local/${request.app}/requests/${id}`
    const answer = await this.ebb.until(
      () => fetch(address, { headers }),
      ({ status }) => status !== 400
    )
    const text = `${answer.status} ${await answer.text()}`
    if (request.result === null) {
      if (!text.startsWith("200 ") || !text.includes(request.token)) throw new Error(`request ${id} ended as ${text}`)
      request.result = text
    } else if (request.result !== text) throw new Error(`the result of ${id} changed from ${request.result} to ${text}`)
  }

  /** The last start, with nothing more to come. */
  async finish(): Promise<void> {
    await this.ebb.up(...this.specs)
    await this.check()
  }
}

const expectAll = (what: string, known: ReadonlySet<string>, there: ReadonlyArray<string>): void => {
  const all = new Set(there)
  for (const name of known) if (!all.has(name)) throw new Error(`the ${what} ${name} is lost`)
}
