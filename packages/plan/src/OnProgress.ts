/** Called now and then: steps done, steps in all, requests so far. */
export type OnProgress = (done: number, total: number, requests: number) => void
