import type { ServerResponse } from "node:http"

const setHead = (outgoing: ServerResponse, { headers, status }: Response): void => {
  outgoing.statusCode = status
  for (const [name, value] of headers) if (name !== "set-cookie") outgoing.setHeader(name, value)
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies)
}

/** Whether the answer says of its body how it is sent, as one does that is passed on while it comes. */
const isComing = ({ headers }: Response): boolean => headers.has("transfer-encoding") || headers.has("content-length")

const drainedOrClosed = (outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      outgoing.off("drain", go).off("close", go)
      resolve()
    }
    outgoing.on("drain", go).on("close", go)
  })

const passOn = async (body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> => {
  const reader = body.getReader()
  const leave = () => void reader.cancel().catch(() => {})
  outgoing.once("close", leave)
  if (outgoing.destroyed) leave()
  outgoing.flushHeaders()
  for (let next = await reader.read(); !next.done && !outgoing.destroyed; next = await reader.read()) {
    if (!outgoing.write(next.value) && !outgoing.destroyed) await drainedOrClosed(outgoing)
  }
  outgoing.end()
}

/**
 * Sends an answer: one that says how its body is sent goes out as it comes, any other whole, with its length. One whose
 * body breaks off is cut, so that its caller does not take it for whole.
 */
export const send = async (response: Response, outgoing: ServerResponse): Promise<void> => {
  setHead(outgoing, response)
  try {
    if (!isComing(response)) outgoing.end(new Uint8Array(await response.arrayBuffer()))
    else if (response.body === null) outgoing.end()
    else await passOn(response.body, outgoing)
  } catch {
    outgoing.flushHeaders()
    outgoing.socket?.destroySoon()
  }
}
