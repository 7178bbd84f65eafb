import { Answer, type Digest } from "./Answer.ts"

/** What became of a request: a whole answer, a connection that was not to be had, or one that broke before the end. */
export type Outcome =
  | { readonly is: "answered"; readonly status: number }
  | { readonly is: "refused" }
  | { readonly is: "lost"; readonly by: "reset" | "closed" }

/** What the kernel lists of the two ends of a connection. */
export interface Noted {
  /** The server has read all of the request. */
  readonly isTaken: boolean
  /** A process of the server's has its end open. */
  readonly isHeld: boolean
  /** What has arrived here and waits to be read. */
  readonly unreadBytes: number
}

/** How an answer ended. */
export interface Ended {
  readonly isEndedByClose?: boolean
  /** Their names. */
  readonly trailers?: ReadonlyArray<string>
}

/**
 * One request and what is seen of it from outside, whatever carries it. A session of a WebSocket is one too: it is answered
 * when the server closes it in order. Times are those of `performance.now()`.
 */
export class Exchange {
  readonly createdAtMs = performance.now()
  /** The port of this end, by which the kernel's list names the connection. */
  localPort: number | null = null
  /** When all its bytes had left; null before. */
  sentAtMs: number | null = null
  firstByteAtMs: number | null = null
  lastByteAtMs: number | null = null
  endedAtMs: number | null = null
  outcome: Outcome | null = null
  /** Whether the server is known to have read it. */
  isTaken = false
  /** Whether it was read and not answered when the rollout's signal was sent. */
  isInFlight = false
  /** Whether it was over for the server when the signal was sent, though its end was read here later. */
  wasOver = false
  /** Whether the server is known to have it in hand: read, and nothing of an answer is here. */
  isAtWork = false
  /** Whether the answer told that the server closes the connection behind it. */
  saidClose = false
  /** Whether it was sent over a connection that had carried others. */
  isReused = false
  /** The value of the Server header, or what else says who answered. */
  server: string | null = null
  /** When bytes first came that the server had not sent at {@link looked}. */
  spokeAtMs: number | null = null
  /** Whether the server was seen to have it in hand, with its listener closed. */
  wasAwaited = false
  /** What came back; null until it is over. */
  digest: Digest | null = null
  readonly answer: Answer
  private readonly afterwards: Array<() => void> = []
  private isConnected = false
  private isFlushed = false
  private receivedBytes = 0
  /** How many bytes of its answer had left the server when it was last looked at, and when the signal was sent. */
  private sentBytes = 0
  private sentBeforeSignalBytes = 0
  private sentBeforeLookBytes: number | null = null
  private isHeld = true
  private readonly onEnd: (exchange: Exchange) => void

  constructor(expected: string | null, onEnd: (exchange: Exchange) => void) {
    this.answer = new Answer(expected)
    this.onEnd = onEnd
  }

  /** Calls back at its end. */
  whenOver(afterwards: () => void): void {
    this.afterwards.push(afterwards)
  }

  /** It has a connection, by that port of this end. */
  connected(localPort: number | undefined): void {
    this.localPort = localPort ?? this.localPort
    this.isConnected = true
    this.noteSent()
  }

  /** Its bytes have been handed to the kernel, once there is a connection. */
  flushed(): void {
    this.isFlushed = true
    this.noteSent()
  }

  private noteSent(): void {
    if (this.isConnected && this.isFlushed) this.sentAtMs ??= performance.now()
  }

  /** So many bytes have come back. */
  received(bytes: number): void {
    this.isTaken = true
    this.receivedBytes += bytes
    this.lastByteAtMs = performance.now()
    this.firstByteAtMs ??= this.lastByteAtMs
    if (this.sentBeforeLookBytes !== null && this.receivedBytes > this.sentBeforeLookBytes) {
      this.spokeAtMs ??= this.lastByteAtMs
    }
  }

  /** The server had read all of it when it closed the connection. */
  wasRead(): void {
    this.isTaken = true
  }

  /** The whole answer is here; `isEndedByClose`: as far as one can tell that has no other end than that of its connection. */
  answered({ isEndedByClose = false, trailers = [] }: Ended = {}): void {
    this.isTaken = true
    this.answer.end(trailers)
    if (this.isInFlight && !isEndedByClose && this.receivedBytes <= this.sentBeforeSignalBytes) {
      this.wasOver = true
      this.isInFlight = false
    }
    this.end({ is: "answered", status: this.answer.status })
  }

  /** The connection is gone, or was never had; of no effect once it is over. */
  broke(by: "reset" | "closed" | "refused"): void {
    const isRefused = by === "refused" || (this.sentAtMs === null && !this.isTaken)
    this.end(isRefused ? { is: "refused" } : { is: "lost", by })
  }

  /** What the kernel lists of its two ends. Nothing may come in between the listing and this. */
  noted({ isHeld, isTaken, unreadBytes }: Noted): void {
    if (isTaken || unreadBytes > 0) this.isTaken = true
    this.isHeld = isHeld
    this.sentBytes = this.receivedBytes + unreadBytes
    this.isAtWork = this.isTaken && isHeld && this.sentBytes === 0
  }

  /** The rollout's signal was sent when it was last looked at. */
  signalled(): void {
    this.sentBeforeSignalBytes = this.sentBytes
    this.wasOver = this.isTaken && !this.isHeld
    this.isInFlight = this.isTaken && this.isHeld
  }

  /** The server has just been looked at, with the signal on its way: what it sends from now on, it sends after that. */
  looked(): void {
    this.sentBeforeLookBytes = this.sentBytes
  }

  /** It was last looked at when nobody listened any more. */
  lookedOnceClosed(): void {
    if (this.isInFlight && this.isAtWork) this.wasAwaited = true
  }

  private end(outcome: Outcome): void {
    if (this.outcome !== null) return
    this.outcome = outcome
    this.endedAtMs = performance.now()
    this.digest = this.answer.digest()
    for (const each of this.afterwards) each()
    this.onEnd(this)
  }
}
