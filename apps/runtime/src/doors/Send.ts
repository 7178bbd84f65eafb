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

/** Bodies that are in memory arrive within this many turns of the microtask queue. */
const turnsMax = 8

/** Null where it is not there yet, or fails. */
const atOnce = async (read: Promise<Chunk>): Promise<Chunk | null> => {
  let arrived: Chunk | null = null
  read.then(
    (chunk) => {
      arrived = chunk
    },
    () => {}
  )
  for (let turn = 0; turn < turnsMax && arrived === null; turn++) await Promise.resolve()
  return arrived
}

const drainedOrClosed = (outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      outgoing.off("drain", go).off("close", go)
      resolve()
    }
    outgoing.on("drain", go).on("close", go)
  })

const write = async (outgoing: ServerResponse, data: Uint8Array): Promise<void> => {
  if (!outgoing.write(data) && !outgoing.destroyed) await drainedOrClosed(outgoing)
}

/** A body that is there at once goes out whole, with its length; any other as it comes. */
const sendBody = async (outgoing: ServerResponse, body: Body): Promise<void> => {
  let read = body.read()
  const first = await atOnce(read)
  if (first !== null) {
    if (first.done) return void outgoing.end()
    read = body.read()
    const second = await atOnce(read)
    if (second?.done === true) return void outgoing.end(first.value)
    await write(outgoing, first.value)
  }
  outgoing.flushHeaders()
  for (let next = await read; !next.done && !outgoing.destroyed; next = await body.read()) {
    await write(outgoing, next.value)
  }
  outgoing.end()
}

/** Sends an answer. One whose body breaks off is cut, so that its caller does not take it for whole. */
export const send = async (response: Response, outgoing: ServerResponse): Promise<void> => {
  setHead(outgoing, response)
  if (response.body === null) return void outgoing.end()
  const body: Body = response.body.getReader()
  const leave = () => void body.cancel().catch(() => {})
  outgoing.once("close", leave)
  if (outgoing.destroyed) leave()
  try {
    await sendBody(outgoing, body)
  } catch {
    outgoing.flushHeaders()
    outgoing.socket?.destroySoon()
  }
}
