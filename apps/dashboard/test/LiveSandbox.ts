import { page } from "@ebb/dashboard/Serve"
import { type Message, Message as Schemas } from "@ebb/protocol/rest/Events"
import { onLoopback, Server } from "@ebb/runtime/Server"
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Schemas))

/** A sandbox in this process, with the page that `ebb up` serves. */
export class LiveSandbox {
  readonly server: Server
  private readonly data: string

  private constructor(server: Server, data: string) {
    this.server = server
    this.data = data
  }

  /** Started in a folder; `port` 0 takes a free one. */
  static async start(data: string, port = 0): Promise<LiveSandbox> {
    const server = await Server.start({
      data,
      speed: 1,
      allowProcesses: false,
      ...onLoopback,
      port,
      page,
      specs: [],
      empty: true
    })
    return new LiveSandbox(server, data)
  }

  get url(): string {
    return this.server.url
  }

  /** A fresh link that signs a browser in. */
  link(): string {
    return this.server.started.link()
  }

  get headers(): Record<string, string> {
    const key = readFileSync(join(this.data, "admin.key"), "utf8").trim()
    return { authorization: `Key ${key}`, "content-type": "application/json" }
  }

  async post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method: "POST",
      headers: this.headers,
      body: JSON.stringify(body)
    })
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }

  /** A request that takes so long, on the direct or the queued way; resolves to the status of its answer. */
  async call(app: string, service: string, way: "fal.run" | "queue.fal.run" = "fal.run"): Promise<number> {
    const headers = { ...this.headers, "x-ebb-service": service }
    const response = await fetch(`${this.url}/${way}/local/${app}`, { method: "POST", headers, body: "{}" })
    await response.text()
    return response.status
  }

  /** Everything that the event stream tells from now on; `end` lets go of it. */
  async listen(): Promise<{ readonly messages: ReadonlyArray<Message>; readonly end: () => void }> {
    const controller = new AbortController()
    const response = await fetch(`${this.url}/v1/events`, { headers: this.headers, signal: controller.signal })
    const messages: Array<Message> = []
    const read = async (): Promise<void> => {
      let text = ""
      const decoder = new TextDecoder()
      for await (const chunk of response.body!) {
        text += decoder.decode(chunk, { stream: true })
        const events = text.split("\n\n")
        text = events.pop() ?? ""
        for (const event of events)
          messages.push(decode(event.replace(/^[\s\S]*?data: /, "").replace(/\nid: [\s\S]*$/, "")))
      }
    }
    read().catch(() => {})
    return { messages, end: () => controller.abort() }
  }

  stop(): Promise<void> {
    return this.server.stop()
  }
}

/** A spec whose runners are there in no time. */
export const quick = (name: string, least: number): string => `app:
  name: ${name}
  max_multiplexing: 2
  termination_grace_period: 20s
scaling:
  min_concurrency: ${least}
  max_concurrency: ${least * 2}
runner:
  scheduling: 50ms
  setup: 200ms
  teardown: 50ms
  service: 400ms
`
