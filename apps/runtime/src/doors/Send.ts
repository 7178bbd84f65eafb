import { once } from "node:events"
import type { ServerResponse } from "node:http"

type Chunk = { readonly done: false; readonly value: Uint8Array } | { readonly done: true }

interface Body {
  read(): Promise<Chunk>
  cancel(): Promise<void>
}

const setHead = (outgoing: ServerResponse, { headers, status }: Response): void => {
  outgoing.statusCode = status
  for (const [name, value] of headers) if (name !== "set-cookie") outgoing.setHeader(name, value)
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies)
}

/** Null where it is not there yet or fails. */
const atOnce = (read: Promise<Chunk>): Promise<Chunk | null> =>
  Promise.race([read.catch(() => null), new Promise<null>((resolve) => setImmediate(resolve, null))])

const write = async (outgoing: ServerResponse, data: Uint8Array, gone: AbortSignal): Promise<void> => {
  if (!outgoing.write(data) && !gone.aborted) await once(outgoing, "drain", { signal: gone })
}

/** A body that is there at once goes out whole, with its length; any other as it comes. */
const sendBody = async (outgoing: ServerResponse, body: Body, gone: AbortSignal): Promise<void> => {
  let read = body.read()
  const first = await atOnce(read)
  if (first !== null) {
    if (first.done) return void outgoing.end()
    read = body.read()
    const second = await atOnce(read)
    if (second?.done === true) return void outgoing.end(first.value)
    await write(outgoing, first.value, gone)
  }
  outgoing.flushHeaders()
  for (let next = await read; !next.done && !gone.aborted; next = await body.read())
    await write(outgoing, next.value, gone)
  outgoing.end()
}

/** Sends an answer. One whose body breaks off is cut, so that its caller does not take it for whole. */
export const send = async (response: Response, outgoing: ServerResponse): Promise<void> => {
  setHead(outgoing, response)
  if (response.body === null) return void outgoing.end()
  const body: Body = response.body.getReader()
  const gone = new AbortController()
  const leave = () => {
    gone.abort()
    body.cancel().catch(() => {})
  }
  outgoing.on("close", leave)
  if (outgoing.destroyed) leave()
  try {
    await sendBody(outgoing, body, gone.signal)
  } catch {
    outgoing.flushHeaders()
    outgoing.socket?.destroySoon()
  }
}
