import { RequestKind } from "@ebb/core/tables/RequestState"
import type { Workload } from "@ebb/sim/workload/Workload"
import { Kernel } from "../kernel/Kernel.ts"
import type { World } from "../kernel/World.ts"
import type { Server } from "../Server.ts"
import { Directory } from "../store/DataDirectory.ts"

const json = { "content-type": "application/json" }

/** The callers of a live run: every request of a workload goes over HTTP at its time, whether others were answered or not. */
export class Traffic {
  private readonly server: Server
  private readonly world: World
  private readonly workload: Workload
  private readonly key: string
  private readonly app: string
  private readonly left = new AbortController()
  private readonly open = new Set<Promise<void>>()
  private sent = 0

  constructor(server: Server, workload: Workload) {
    this.server = server
    this.workload = workload
    this.key = server.get(Directory).teamKeys.read("local") ?? ""
    this.world = server.get(Kernel).world
    this.app = this.world.apps[0]!.alias
  }

  /** A call of the app's REST API. */
  async api(method: string, path: string, body: object): Promise<unknown> {
    const headers = { ...json, authorization: `Key ${this.key}` }
    const url = `${this.server.url}/v1/apps/${this.app}/${path}`
    const response = await fetch(url, { method, headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }

  /** Resolves when the last request that is due before `forMs` was sent and every caller was answered or has left. */
  async run(forMs: number): Promise<void> {
    await new Promise<void>((resolve) => this.next(forMs, resolve))
    await Promise.all(this.open)
  }

  private next(forMs: number, done: () => void): void {
    if (!this.workload.next() || this.workload.atMs >= forMs || this.left.signal.aborted) return done()
    this.world.pacer.at(this.workload.atMs, () => {
      this.send()
      this.next(forMs, done)
    })
  }

  private send(): void {
    const { low, maxQueueLength, patienceMs, queued, serviceMs, startTimeoutMs } = this.workload
    const number = ++this.sent
    const headers: Record<string, string> = {
      ...json,
      authorization: `Key ${this.key}`,
      "x-ebb-service": `${serviceMs}ms`,
      "x-ebb-caller": String(number)
    }
    if (low) headers["x-fal-queue-priority"] = "low"
    if (startTimeoutMs !== null) headers["x-fal-request-timeout"] = String(startTimeoutMs / 1000)
    const limit = queued && maxQueueLength !== null ? `?fal_max_queue_length=${maxQueueLength}` : ""
    const host = queued ? "queue.fal.run" : "fal.run"
    const url = `${this.server.url}/${host}/local/${this.app}${limit}`
    const body = JSON.stringify({ request: number })
    const sent = this.post(url, { method: "POST", headers, body, signal: this.left.signal })
    this.open.add(sent)
    void sent.finally(() => this.open.delete(sent))
    if (patienceMs !== Infinity) this.leaveAfter(patienceMs, String(number))
  }

  /** What a caller is answered is the ledger's business, not the callers'. */
  private async post(url: string, init: RequestInit): Promise<void> {
    try {
      await (await fetch(url, init)).arrayBuffer()
    } catch {
      // Cut by a rollout, or the run is over.
    }
  }

  /** A caller that has waited so long in line gives up. */
  private leaveAfter(patienceMs: number, caller: string): void {
    const { fleet, pacer, requests } = this.world
    pacer.at(this.workload.atMs + patienceMs, (nowMs) => {
      const live = requests.all().find(({ call }) => call.headers.get("x-ebb-caller") === caller)
      const isInFlight = live === undefined || fleet.state.requests.all[live.slot]!.runner !== null
      if (isInFlight) return
      fleet.cancel(nowMs, live.slot, live.number, live.kind === RequestKind.queued ? "cancelled" : "disconnected")
    })
  }

  /** Every caller leaves. */
  stop(): void {
    this.left.abort()
  }
}
