import { limits } from "./Limits.ts"

const awaited = Symbol("what is to be done when this request is there whole")

/** It stands on the request: the collector has to look after each entry of a weak map. */
interface Awaited extends Request {
  [awaited]?: () => void
}

/** Has it called once the body of a request was read to its end. */
export const whenRead = (request: Awaited, done: () => void): void => {
  request[awaited] = done
}

const told = <A>(request: Awaited, answer: A): A => {
  request[awaited]?.()
  return answer
}

const refusal = (status: number, detail: string): Response => Response.json({ detail }, { status })

export const tooLarge = (): Response => refusal(413, `The body is larger than ${limits.bodyBytes / 2 ** 20} MiB`)

const tooMuch = (): Response =>
  refusal(503, `Bodies under way take more than ${limits.bodiesBytes / 2 ** 20} MiB together; try again`)

/** Whether the caller says itself that its body is larger than allowed. */
export const isAnnouncedTooLarge = (request: Request): boolean =>
  Number(request.headers.get("content-length") ?? 0) > limits.bodyBytes

/** A body that is passed on while it comes; beyond what is allowed it breaks off. */
export class Passing {
  readonly stream: ReadableStream<Uint8Array> | null
  isTooLarge = false

  constructor(request: Request) {
    let bytes = 0
    const count = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        bytes += chunk.length
        this.isTooLarge = bytes > limits.bodyBytes
        if (this.isTooLarge) controller.error(new Error("the body is too large"))
        else controller.enqueue(chunk)
      },
      flush: () => told(request, undefined)
    })
    this.stream = request.body === null ? null : request.body.pipeThrough(count)
  }
}

/** The body whole, or why it is not taken. */
export const read = (request: Request): Promise<Uint8Array | Response> => readThen(request, (body) => body)

/** The same, and what is made of it, in one step: at the speed of a direct request each promise is felt. */
export const readThen = <A>(request: Request, use: (body: Uint8Array | Response) => A | Promise<A>): Promise<A> => {
  const { headers } = request
  const announced = Number(headers.get("content-length") ?? 0)
  if (announced > limits.bodyBytes) return Promise.resolve(use(tooLarge()))
  // Whether there is a body is not asked: `request.body` makes a stream of it, at several times the cost of reading it.
  const staysSmall = isSmall(announced) && !headers.has("transfer-encoding")
  return staysSmall ? request.bytes().then((bytes) => use(told(request, bytes))) : new Coming(request).read().then(use)
}

const smallBytes = 64 * 2 ** 10

/** Of such a length a body is not worth counting. */
export const isSmall = (bytes: number): boolean => bytes <= smallBytes

/** A body that may be large: what has come of it counts, and where all of them take too much the oldest gives way. */
class Coming {
  private static readonly all = new Set<Coming>()
  private static bytesOfAll = 0
  private readonly request: Request
  private readonly chunks: Array<Uint8Array> = []
  private bytes = 0
  private refused: Response | null = null
  private wake: () => void = () => {}

  constructor(request: Request) {
    this.request = request
  }

  async read(): Promise<Uint8Array | Response> {
    const reader = this.request.body?.getReader()
    if (reader === undefined) return told(this.request, new Uint8Array())
    Coming.all.add(this)
    const givenUp = new Promise<null>((resolve) => (this.wake = () => resolve(null)))
    try {
      for (;;) {
        const next = await Promise.race([reader.read(), givenUp])
        if (next?.done === true) return told(this.request, Buffer.concat(this.chunks))
        if (next !== null) this.add(next.value)
        if (this.refused !== null) return this.refused
      }
    } finally {
      Coming.all.delete(this)
      Coming.bytesOfAll -= this.bytes
      reader.cancel().catch(() => {})
    }
  }

  private giveUp(why: Response): void {
    this.refused ??= why
    this.wake()
  }

  private add(chunk: Uint8Array): void {
    this.chunks.push(chunk)
    this.bytes += chunk.length
    Coming.bytesOfAll += chunk.length
    if (this.bytes > limits.bodyBytes) return this.giveUp(tooLarge())
    const [oldest] = Coming.all
    if (Coming.bytesOfAll > limits.bodiesBytes) oldest?.giveUp(tooMuch())
  }
}
