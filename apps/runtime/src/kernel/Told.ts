import type { Caller, LiveRequest } from "./LiveRequest.ts"

/** Tells of an exception at one request that nobody expected. */
export const logFault = ({ id }: LiveRequest, error: unknown): void =>
  console.error(`Request ${id} met a fault of the sandbox:`, error)

/** Tells who waits for a request. What fails there must not unwind into the Fleet, whose input would stay half done. */
export const tell = (live: LiveRequest, what: (caller: Caller) => void): void => {
  try {
    what(live.caller)
  } catch (error) {
    logFault(live, error)
  }
}
