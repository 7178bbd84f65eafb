import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http"
import type { Address } from "@ebb/processes/Ready"
import type { AnswerControl } from "@ebb/core/fleet/Answers"
import type { BrokenBy } from "@ebb/core/fleet/Answers"
import { connectLimitMs } from "@ebb/core/fleet/Health"
import { type Answer, type Call, isStatus, statuses } from "../../kernel/Call.ts"
import { forwarded } from "../../kernel/Forwarded.ts"
import type { BodySink, LiveRequest } from "../../kernel/LiveRequest.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"

/** Connections to runners are not kept: one that a draining runner may close at any moment would be a request lost. */
const agent = new Agent({ keepAlive: false, maxSockets: Infinity })

const callerLeft = 499

/** How an exchange with a runner ended. */
export type Ended =
  | {
      readonly how: "answered"
      readonly status: number
      readonly control: AnswerControl
      readonly answer: Answer | null
    }
  | { readonly how: "broken"; readonly by: BrokenBy }

const flag = (value: string | null): boolean | null =>
  value === null ? null : ["1", "true", "yes"].includes(value.toLowerCase())

/** What the app tells the platform in its answer's headers (platform rules 4.4, 5.2, 7). */
const controlOf = (headers: Headers): AnswerControl => {
  const hints = headers.get("x-fal-runner-hints")
  return {
    needsRetry: flag(headers.get("x-fal-needs-retry")),
    stopRunner: flag(headers.get("x-fal-stop-runner")),
    healthCheck: flag(headers.get("x-fal-runner-health-check")) === true,
    hints: hints === null ? null : hints.split(",").map((hint) => hint.trim())
  }
}

const hasRoom = (outgoing: ClientRequest): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      outgoing.off("drain", go).off("close", go)
      resolve()
    }
    outgoing.on("drain", go).on("close", go)
  })

/** As the caller has said it: not every server reads a body whose length it does not know. */
const lengthOf = ({ body, headers }: Call): Record<string, string> => {
  const length = body instanceof Uint8Array ? String(body.length) : headers.get("content-length")
  return body === null || length === null ? {} : { "content-length": length }
}

const open = ({ host, port }: Address, call: Call, requestId: string): ClientRequest => {
  const kept = Object.fromEntries(forwarded(call.headers))
  const headers = { ...kept, ...lengthOf(call), "x-fal-request-id": requestId }
  return request({ agent, host, port, method: call.method, path: call.path, headers })
}

/** Sends the body while the answer may already be coming; false when its caller broke off half-way. */
const sendBody = async (outgoing: ClientRequest, { body }: Call): Promise<boolean> => {
  if (!(body instanceof ReadableStream)) {
    outgoing.end(body ?? undefined)
    return true
  }
  try {
    for await (const chunk of body) {
      if (outgoing.destroyed) return true
      if (!outgoing.write(chunk) && !outgoing.destroyed) await hasRoom(outgoing)
    }
  } catch {
    return outgoing.destroyed
  }
  outgoing.end()
  return true
}

const headersOf = (incoming: IncomingMessage): Headers => {
  const headers = new Headers()
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    headers.append(incoming.rawHeaders[at]!, incoming.rawHeaders[at + 1]!)
  }
  return headers
}

const brokenBy = (error: unknown, isConnected: boolean): BrokenBy => {
  const code = error instanceof Error && "code" in error ? error.code : null
  if (code === "ECONNREFUSED") return "refused"
  return isConnected ? "connection" : "connect_timeout"
}

/** The head of the answer, or how the connection failed before there was one. */
const head = (outgoing: ClientRequest): Promise<IncomingMessage | BrokenBy> =>
  new Promise((resolve) => {
    let isConnected = false
    const timer = setTimeout(() => outgoing.destroy(new Error("no connection in time")), connectLimitMs)
    outgoing.once("socket", (socket) =>
      socket.once("connect", () => {
        isConnected = true
        clearTimeout(timer)
      })
    )
    const answered = (incoming: IncomingMessage) => {
      clearTimeout(timer)
      resolve(incoming)
    }
    // A change of protocol, which nobody asked for, is an answer too: unheard, the exchange would never end.
    outgoing.once("response", answered).once("upgrade", answered)
    outgoing.on("error", (error) => {
      clearTimeout(timer)
      resolve(brokenBy(error, isConnected))
    })
  })

const collected = async (incoming: IncomingMessage): Promise<Uint8Array | null> => {
  const chunks: Array<Uint8Array> = []
  try {
    for await (const chunk of incoming) chunks.push(chunk)
  } catch {
    return null
  }
  return incoming.complete ? Buffer.concat(chunks) : null
}

const piped = async (incoming: IncomingMessage, sink: BodySink): Promise<boolean> => {
  try {
    let isWanted = true
    for await (const chunk of incoming) if (isWanted) isWanted = await sink.write(chunk)
    return incoming.complete
  } catch {
    return false
  }
}

/** An answer with a status that cannot be passed on counts as cut (platform rule 5.1). */
const refused = (incoming: IncomingMessage, runner: LiveRunner, status: number): Ended => {
  incoming.on("error", () => {}).socket.destroy()
  runner.logs.add("ERROR", `answered with status ${status}, which is none of ${statuses}: the answer counts as cut`)
  return { how: "broken", by: "incomplete" }
}

/** The caller broke off in the middle of its own body: no fault of the runner. */
const callerGone: Ended = { how: "answered", status: callerLeft, control: controlOf(new Headers()), answer: null }

/**
 * Runs one attempt on a runner's process. What a direct caller may see at once goes to it as it comes; errors, and all
 * that is queued, are taken whole. `held` resolves when answers may leave the runner.
 */
export const exchange = async (
  address: Address,
  live: LiveRequest,
  runner: LiveRunner,
  held: () => Promise<void>
): Promise<Ended> => {
  const outgoing = open(address, live.call, live.id)
  live.abort = () => outgoing.destroy()
  const answered = head(outgoing)
  let isCallerGone = false
  void sendBody(outgoing, live.call).then((isWhole) => {
    isCallerGone = !isWhole
    if (!isWhole) outgoing.destroy()
  })
  const incoming = await answered
  if (typeof incoming === "string") return isCallerGone ? callerGone : { how: "broken", by: incoming }
  await held()
  const status = incoming.statusCode ?? 0
  if (!isStatus(status)) return refused(incoming, runner, status)
  const all = headersOf(incoming)
  const control = controlOf(all)
  const headers = [...all]
  const sink = status < 500 ? live.caller.begin(status, headers, runner) : null
  if (sink !== null) {
    const isWhole = await piped(incoming, sink)
    if (!isWhole && isCallerGone) return callerGone
    const answer = { status, headers, body: new Uint8Array() }
    return isWhole ? { how: "answered", status, control, answer } : { how: "broken", by: "incomplete" }
  }
  const body = await collected(incoming)
  if (body === null) return { how: "broken", by: "incomplete" }
  return { how: "answered", status, control, answer: { status, headers, body } }
}

/** Tells an app that a caller wants no answer any more; what it says to that is its own business. */
export const tellCancel = (address: Address, live: LiveRequest): void => {
  const [path = "/"] = live.call.path.split("?")
  const call = { method: "POST", path: `${path.replace(/\/$/, "")}/cancel`, headers: new Headers(), body: null }
  const outgoing = open(address, call, live.id)
  outgoing.on("error", () => {})
  outgoing.on("response", (incoming) => incoming.on("error", () => {}).resume())
  outgoing.on("upgrade", (_incoming, socket) => socket.destroy())
  outgoing.end()
}
