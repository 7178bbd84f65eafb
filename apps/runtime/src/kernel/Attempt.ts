import type { Request } from "@ebb/core/tables/Records"

/** Names one attempt: inputs for one that is over have no effect. */
export interface Attempt {
  readonly slot: number
  readonly epoch: number
  readonly number: number
}

export const attemptOf = (request: Request): Attempt => ({
  slot: request.slot,
  epoch: request.epoch,
  number: request.attempts
})
