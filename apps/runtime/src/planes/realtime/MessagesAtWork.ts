import { Schema } from "effect"

/** How long an app must say nothing more until its answer counts as whole, where nothing marks the end; wall milliseconds. */
const quietMs = 1000

/** What marks the end of an answer: the platform's app server sends timings or an error, its framing of WebSockets an end. */
const Mark = Schema.Union([
  Schema.Struct({ type: Schema.Literal("x-fal-message"), action: Schema.Literal("timings") }),
  Schema.Struct({ type: Schema.Literals(["x-fal-error", "end"]) })
])
const isMark = Schema.is(Mark)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/**
 * Which messages of a session its app works on (platform rule 4.6). An app may answer one message with several. Where it
 * marks the end of an answer, that is its end; else an answer is whole when the app has been quiet for a second, or when
 * its caller speaks again; at once where the answers before were of one message each.
 */
export class MessagesAtWork {
  private readonly tell: (event: "message_began" | "message_ended") => void
  private underWay = 0
  /** What the app has said since a message of its caller came, or since the answer before ended. */
  private said = 0
  private hasMarks = false
  /** How the app has answered so far. */
  private pieces: "unknown" | "one" | "several" = "unknown"
  private quiet: ReturnType<typeof setTimeout> | null = null

  constructor(tell: MessagesAtWork["tell"]) {
    this.tell = tell
  }

  /** The caller has sent a message. */
  asked(): void {
    if (!this.hasMarks && this.underWay === 1 && this.said > 0) this.endAll()
    this.underWay++
    this.tell("message_began")
  }

  /** The app has sent a message; `text`: of a short one. */
  answered(text: string | null): void {
    if (text !== null && isMark(parsed(text))) return this.marked()
    this.said++
    if (this.said > 1 || this.underWay === 0) this.pieces = "several"
    if (this.underWay === 0 || this.hasMarks) return
    if (this.underWay > 1 || this.pieces === "one") return this.endOne()
    this.stopWaiting()
    this.quiet = setTimeout(() => this.endAll(), quietMs)
  }

  private marked(): void {
    this.hasMarks = true
    this.stopWaiting()
    if (this.underWay > 0) this.endOne()
  }

  private endOne(): void {
    if (this.said === 1 && this.pieces === "unknown") this.pieces = "one"
    this.underWay--
    this.said = 0
    this.tell("message_ended")
  }

  private endAll(): void {
    this.stopWaiting()
    while (this.underWay > 0) this.endOne()
  }

  private stopWaiting(): void {
    if (this.quiet !== null) clearTimeout(this.quiet)
    this.quiet = null
  }

  /**
   * How things stood when the app closed the connection with that code, null for none: `whole`, every message was answered;
   * `cut`, it broke off in the middle of an answer; `said`, it had said something, and whether that was all is not known.
   */
  closedBy(code: number | null): "whole" | "cut" | "said" {
    if (this.underWay === 0 || code === 1000) return "whole"
    const isAnswered = this.said > 0 && this.underWay === 1 && !this.hasMarks && this.pieces !== "several"
    if (!isAnswered) return "cut"
    return code === null ? "said" : "whole"
  }

  /** The session is over: nothing more is told. */
  end(): void {
    this.stopWaiting()
    this.underWay = 0
  }
}
