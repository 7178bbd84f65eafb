/** How a request came (platform rule 4.1). */
export const RequestKind = { direct: 0, queued: 1, realtime: 2 } as const
export type RequestKind = (typeof RequestKind)[keyof typeof RequestKind]

/** Where a request is between its acceptance and its outcome. */
export const RequestStage = { free: 0, waiting: 1, backoff: 2, inFlight: 3 } as const
export type RequestStage = (typeof RequestStage)[keyof typeof RequestStage]

/** The lanes of the line, in the order in which they are served (platform rule 4.2). */
export const LaneIndex = { direct: 0, normal: 1, low: 2 } as const
export type LaneIndex = (typeof LaneIndex)[keyof typeof LaneIndex]

/** Terminal outcomes of the ledger (platform rule 6). */
export const Outcome = { completed: 1, errored: 2, cancelled: 3 } as const
export type Outcome = (typeof Outcome)[keyof typeof Outcome]

/** What the caller asked of a request in flight. */
export const CancelAsked = { no: 0, cancelled: 1, disconnected: 2 } as const
export type CancelAsked = (typeof CancelAsked)[keyof typeof CancelAsked]
