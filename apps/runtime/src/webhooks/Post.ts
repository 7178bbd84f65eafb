import { Context, Effect, Layer } from "effect"
import { request as requestHttp } from "node:http"
import { request as requestHttps } from "node:https"

const answerMsMax = 15_000

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

/** Sends a webhook on its way; whether it was heard. */
export class WebhookPost extends Context.Service<
  WebhookPost,
  (url: URL, headers: Record<string, string>, body: string) => Effect.Effect<boolean>
>()("@ebb/runtime/webhooks/WebhookPost") {
  static readonly layer = Layer.succeed(WebhookPost, (url, headers, body) =>
    Effect.promise(() => post(url, headers, body))
  )
}
