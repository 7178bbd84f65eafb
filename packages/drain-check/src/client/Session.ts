import { WebSocket } from "ws"
import { Exchange } from "./Exchange.ts"
import { type Abandon, howOf } from "./Http1.ts"
import { headersOf, isTls, originOf, type Target } from "./Target.ts"

const messageEveryMs = 30
const silentMs = 1000
/** After the first reply of a session nothing is sent for that long: what comes then shows that a message has several. */
const firstPauseMs = 300
const usualMessage = "ebb"
/** What a client is told of a connection that ended without a word. */
const abnormal = 1006
const switching = 101

/** A session of a WebSocket that is kept busy: the next message is sent a moment after the last was answered. */
export class Session extends Exchange {
  /** The code it was closed with; null before. */
  code: number | null = null
  messages = 0
  /** Where the end of a reply was said, those that hold it. */
  replies = 0
  /** Replies beyond one for each message. */
  unasked = 0
  /** When the first reply came; null before. */
  repliedAtMs: number | null = null
  /** Whether a message of before the signal was unanswered at it, and at the end still. */
  isBusy = false
  lostMessage = false
  /** The message that was unanswered at the signal, with its reply; null where none was. */
  pending: { readonly createdAtMs: number; endedAtMs: number | null; readonly wasAwaited: false } | null = null
  /** The least that a reply took; null without any. */
  quickestReplyMs: number | null = null
  private saidAtMs = -Infinity
  private isOpen = false
  private readonly ending: string | null

  /** `ending`: what the last message of each reply holds; null where a reply is one message. */
  constructor(ending: string | null, onEnd: (exchange: Exchange) => void) {
    super(null, onEnd)
    this.ending = ending
  }

  /** Stands open on a connection that the client of WebSockets names nobody. */
  override noted(): void {
    this.isAtWork = this.isOpen
  }

  override signalled(): void {
    this.isInFlight = this.isOpen
    this.isBusy = this.isOpen && this.replies > 0 && this.messages > this.replies
    if (this.isBusy) this.pending = { createdAtMs: this.saidAtMs, endedAtMs: null, wasAwaited: false }
  }

  /** A message is being sent. */
  said(): void {
    this.messages++
    this.saidAtMs = performance.now()
  }

  opened(): void {
    this.isOpen = true
    this.received(1)
    this.answer.begin(switching)
  }

  heard(piece: Buffer): void {
    this.received(piece.length)
    this.answer.push(piece)
    if (this.ending === null || piece.includes(this.ending)) this.replied()
  }

  private replied(): void {
    const nowMs = performance.now()
    if (this.replies < this.messages) {
      this.quickestReplyMs = Math.min(this.quickestReplyMs ?? Infinity, nowMs - this.saidAtMs)
    } else this.unasked++
    this.replies++
    this.repliedAtMs ??= nowMs
    this.isBusy = false
    if (this.pending !== null) this.pending.endedAtMs ??= nowMs
  }

  closed(code: number): void {
    this.isOpen = false
    this.code = code
    this.lostMessage = this.isBusy
    if (code === abnormal) this.broke("closed")
    else this.answered()
  }
}

const own = new Set(["connection", "content-type", "content-length", "accept"])

/** Opens a session and keeps it busy until one side closes it. */
export const open = (target: Target, session: Session): Abandon => {
  const headers = Object.fromEntries(
    Object.entries(headersOf(target)).flatMap(([name, value]) => (own.has(name) ? [] : [[name, String(value)]]))
  )
  const secure = isTls(target) ? { rejectUnauthorized: false, tls: { rejectUnauthorized: false } } : {}
  const socket = new WebSocket(originOf(target).replace("http", "ws") + target.path, { headers, ...secure })
  let timer: ReturnType<typeof setInterval> | undefined
  let saidAtMs = -Infinity
  const say = (): void => {
    const waits = session.messages > session.replies
    // A server that answers no message is spoken to all the same.
    const isSilent = session.replies === 0 && performance.now() - saidAtMs > silentMs
    const pauses = session.messages === 1 && performance.now() - (session.repliedAtMs ?? -Infinity) < firstPauseMs
    if (socket.readyState !== WebSocket.OPEN || pauses || (waits && !isSilent)) return
    session.said()
    saidAtMs = performance.now()
    socket.send(target.body ?? usualMessage)
  }
  socket.on("open", () => {
    session.connected(undefined)
    session.flushed()
    session.opened()
    say()
    timer = setInterval(say, messageEveryMs)
  })
  socket.on("message", (data) => session.heard(Buffer.from(data as Buffer)))
  socket.on("error", (error) => {
    // Without an opened session this is the last that is heard.
    if (session.answer.status === 0) session.broke(howOf(error))
  })
  socket.on("unexpected-response", (_request, response) => {
    session.answer.begin(response.statusCode ?? 0)
    session.connected(undefined)
    session.flushed()
    session.answered()
  })
  socket.on("close", (code) => session.closed(code))
  session.whenOver(() => clearInterval(timer))
  return () => {
    socket.terminate()
    session.broke("closed")
  }
}
