import type { Wish } from "../../edge/WebSockets.ts"

/** What happens to a session, as the Fleet is told. `dropped`: the app let go of the connection without a word after it had said something. */
export type SessionEvent = "message_began" | "message_ended" | "closed" | "cut" | "dropped" | "refused"

/** A caller's wish for a WebSocket that has found its runner. */
export interface Upgrade extends Wish {
  /** As the app knows it, with its query. */
  readonly path: string
  readonly requestId: string
  readonly tell: (event: SessionEvent) => void
}

/** A session between a caller and the runner that has it. */
export interface SessionWith {
  /** The platform closes it, with a WebSocket close code. */
  readonly close: (code: number) => void
  /** Ends it without a word; nobody is told. */
  readonly end: () => void
}
