import { isSmall } from "./Body.ts"
import { limits } from "./Limits.ts"

/** Of all bodies that are kept for direct requests. */
let bytesOfAll = 0

const tooMuch = (): Response => {
  const most = `${limits.directBytes / 2 ** 20} MiB`
  const detail = `Bodies of direct requests without an answer, or whose answer is not read, take more than ${most} together; try again`
  return Response.json({ detail }, { status: 503 })
}

const sliceBytes = 256 * 2 ** 10

const sliced = (bytes: Uint8Array): ReadableStream<Uint8Array> => {
  let at = 0
  const pull = (slices: ReadableStreamDefaultController<Uint8Array>) => {
    if (at < bytes.length) slices.enqueue(bytes.subarray(at, (at += sliceBytes)))
    else slices.close()
  }
  return new ReadableStream({ pull })
}

/** Tells when it was read to its end, broke off or is not wanted any more. */
const watched = (source: ReadableStream<Uint8Array>, over: () => void): ReadableStream<Uint8Array> => {
  // A transformer hears of a cancellation too, though its type does not say so.
  const watcher = { flush: over, cancel: over }
  return source.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(watcher))
}

/** The same answer, its body given out as fast as it is read. */
const whileRead = async (answer: Response, over: () => void): Promise<Response> => {
  const { headers, status } = answer
  if (answer.body !== null && headers.has("transfer-encoding"))
    return new Response(watched(answer.body, over), { status, headers })
  const bytes = new Uint8Array(await answer.arrayBuffer())
  if (isSmall(bytes.length)) {
    over()
    return new Response(bytes.length === 0 ? null : bytes, { status, headers })
  }
  headers.set("content-length", String(bytes.length))
  return new Response(watched(sliced(bytes), over), { status, headers })
}

/** Answers a direct request whose body is large. It counts until the answer, which may be the same again, is read or its caller has left. */
export const during = async (
  bytes: number,
  { signal }: Request,
  run: () => Response | Promise<Response>
): Promise<Response> => {
  if (bytesOfAll + bytes > limits.directBytes) return tooMuch()
  bytesOfAll += bytes
  let left = bytes
  const release = () => {
    bytesOfAll -= left
    left = 0
    signal.removeEventListener("abort", release)
  }
  signal.addEventListener("abort", release)
  try {
    const answer = await whileRead(await run(), release)
    if (signal.aborted) release()
    return answer
  } catch (error) {
    release()
    throw error
  }
}
