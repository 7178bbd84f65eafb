import { request as requestHttp } from "node:http"
import { request as requestHttps } from "node:https"
import type { QueueStore } from "../store/QueueStore.ts"
import type { PendingWebhook, WebhookStore } from "../store/WebhookStore.ts"
import { bodyOf } from "./Body.ts"
import type { WebhookKey } from "./Signature.ts"

/** After so many seconds each it is tried again: ten times within two hours (platform rule 4.8). */
const retrySeconds = [15, 30, 60, 120, 240, 480, 960, 1500, 1800, 1995]
const answerMsMax = 15_000

interface Needs {
  readonly store: WebhookStore
  readonly queue: QueueStore
  readonly key: WebhookKey
  /** How fast the sandbox's time passes. */
  readonly speed: number
  /** The user whom the team of an app answers to. */
  readonly userOf: (app: string) => string
}

/** Whether it was answered with 2xx in time. Redirections are not followed: they could lead anywhere. */
const post = (url: URL, headers: Record<string, string>, body: string): Promise<boolean> =>
  new Promise((resolve) => {
    const request = url.protocol === "https:" ? requestHttps : requestHttp
    const signal = AbortSignal.timeout(answerMsMax)
    const all = { ...headers, "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }
    const outgoing = request(url, { method: "POST", headers: all, agent: false, signal }, (incoming) => {
      const { statusCode = 0 } = incoming
      incoming.on("error", () => {}).resume()
      resolve(statusCode >= 200 && statusCode < 300)
    })
    outgoing.on("error", () => resolve(false))
    outgoing.end(body)
  })

/** Tells whoever asked for it what became of a queued request, until it is heard or two hours are over. */
export class Webhooks {
  private readonly needs: Needs
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>()
  private isStopped = false

  constructor(needs: Needs) {
    this.needs = needs
    for (const pending of needs.store.all()) this.arm(pending)
  }

  /** To be called in the transaction of the request's outcome. */
  add(request: string, atMs: number): void {
    this.needs.store.add(request, atMs)
    this.arm({ request, tries: 0, dueAtMs: atMs })
  }

  private arm(pending: PendingWebhook): void {
    const timer = setTimeout(() => void this.deliver(pending), Math.max(0, pending.dueAtMs - Date.now()))
    this.timers.set(pending.request, timer)
  }

  private async deliver(pending: PendingWebhook): Promise<void> {
    const { key, queue, userOf } = this.needs
    const stored = queue.find(pending.request)
    const url = URL.parse(stored?.webhook ?? "")
    if (stored === null || url === null) return this.forget(pending.request)
    const body = bodyOf(stored)
    const timestamp = Math.floor(Date.now() / 1000)
    const headers = key.headers({ requestId: stored.id, userId: userOf(stored.app), timestamp, body })
    const isHeard = await post(url, headers, body)
    if (this.isStopped) return
    if (!isHeard) return this.again(pending)
    this.forget(pending.request)
    if (!stored.storesAnswer) queue.deleteAnswer(stored.id)
  }

  private again({ request, tries }: PendingWebhook): void {
    const seconds = retrySeconds[tries]
    if (seconds === undefined) {
      console.error(`The webhook of request ${request} was not heard in ${tries + 1} tries; it is given up`)
      return this.forget(request)
    }
    const later = { request, tries: tries + 1, dueAtMs: Date.now() + (seconds * 1000) / this.needs.speed }
    this.needs.store.postpone(later)
    this.arm(later)
  }

  private forget(request: string): void {
    this.timers.delete(request)
    this.needs.store.remove(request)
  }

  /** Delivers nothing any more; what is still to be delivered stays on disk. */
  stop(): void {
    this.isStopped = true
    for (const timer of this.timers.values()) clearTimeout(timer)
  }
}
