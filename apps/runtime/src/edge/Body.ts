/** Bodies up to 100 MiB are taken. */
export const bodyBytesMax = 100 * 2 ** 20

/** Whether the caller says itself that its body is larger than allowed. */
export const isAnnouncedTooLarge = (request: Request): boolean =>
  Number(request.headers.get("content-length") ?? 0) > bodyBytesMax

/** A body that is passed on while it comes; beyond what is allowed it breaks off. */
export class Passing {
  readonly stream: ReadableStream<Uint8Array> | null
  isTooLarge = false

  constructor(body: ReadableStream<Uint8Array> | null) {
    let bytes = 0
    const count = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        bytes += chunk.length
        this.isTooLarge = bytes > bodyBytesMax
        if (this.isTooLarge) controller.error(new Error("the body is too large"))
        else controller.enqueue(chunk)
      }
    })
    this.stream = body === null ? null : body.pipeThrough(count)
  }
}

/** The body whole; null when it is larger than allowed. */
export const read = (request: Request): Promise<Uint8Array | null> => {
  if (isAnnouncedTooLarge(request)) return Promise.resolve(null)
  // Whether there is a body is not asked: `request.body` makes a stream of it, at several times the cost of reading it.
  return request.headers.has("transfer-encoding") ? counted(request) : request.bytes()
}

/** How long it will be nobody says: it is counted as it comes. */
const counted = async (request: Request): Promise<Uint8Array | null> => {
  const passing = new Passing(request.body)
  try {
    return new Uint8Array(await new Response(passing.stream).arrayBuffer())
  } catch (error) {
    if (passing.isTooLarge) return null
    throw error
  }
}
