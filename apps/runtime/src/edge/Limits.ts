const kibibyte = 2 ** 10
const mebibyte = 2 ** 20
const gibibyte = 2 ** 30

/**
 * What a sandbox takes and keeps at most; docs/limits.md says what happens at each. `ebb up --limit NAME=N` sets one
 * before anything reads it.
 */
export const limits = {
  /** Open connections of all ports together, or fewer where the system gives fewer descriptors. */
  connections: 16_384,
  /** Of those, from one address that is not this machine's own. */
  connectionsPerAddress: 4096,
  /** Of the head of a request. */
  headBytes: 16 * kibibyte,
  /** How long a connection may take to send the head of its first request, or to begin HTTP/2 or TLS. */
  headWaitMs: 10_000,
  /** How long a connection of HTTP/1.1 is kept without a request: longer than common clients keep theirs. */
  idleMs: 75_000,
  /** Of the body of one request. */
  bodyBytes: 100 * mebibyte,
  /** Of all bodies together that are not whole yet. */
  bodiesBytes: 512 * mebibyte,
  /** Of all larger bodies of direct requests that are kept: until the answer, which may be the same again, is read. */
  directBytes: 512 * mebibyte,
  /** How long a body may take to be there whole; on the direct port at most twice that. */
  bodyWaitSeconds: 60,
  /** How long one of HTTP/2 is kept without a call. */
  grpcIdleMs: 300_000,
  /** Of one message of a gRPC call, as it comes and inflated. */
  grpcMessageBytes: 16 * mebibyte,
  /** Calls under way on one HTTP/2 connection. */
  streamsPerConnection: 256,
  /** Rows of the ledger that wait for a disk that refuses; of more the oldest are forgotten. */
  ledgerRowsWaiting: 100_000,
  /** Of the journal that waits for such a disk; with more the journal of the run ends there. */
  journalBytesWaiting: 16 * mebibyte,
  /** Of one message of a WebSocket, inflated too. */
  socketMessageBytes: 16 * mebibyte,
  /** Of what waits in one realtime session, for its runner or to be read by its caller. */
  sessionWaitingBytes: 64 * mebibyte,
  /** Log lines that wait for the reader of one stream. */
  logLinesWaiting: 20_000,
  /** Of all files together that a deployed spec names. */
  specFilesBytes: 16 * mebibyte,
  /** Parts of one upload. */
  uploadParts: 10_000,
  /** Of queued requests that have no outcome yet: their bodies and headers, and half a KiB each. */
  queueBytes: gibibyte,
  /** Of bodies and results of queued requests, and of uploaded files: each as much. */
  payloadBytes: gibibyte,
  /** How long those are kept. */
  payloadDays: 30,
  /** Of all parts of journals, those of earlier runs too. */
  journalBytes: gibibyte,
  /** Of one part, after which another begins. */
  journalPartBytes: 64 * mebibyte,
  /** Rows of the ledger. */
  ledgerRows: 1_000_000,
  /** Rollouts that are listed. */
  rollouts: 1000,
  /** Log lines of one runner, and characters of them. */
  logLines: 10_000,
  logCharacters: 4 * mebibyte,
  /** Runners that have ended: of more, those that ended first are forgotten before their day is over. */
  endedRunners: 20_000,
  /** Lines of the logs of all of them. */
  endedLogLines: 200_000,
  /** Browsers that are signed in: of more, those that signed in first are no longer. */
  sessions: 1000,
  /** Sandboxes of one host that a browser is signed in to: of more, it is signed out of the first. */
  signInsPerBrowser: 20,
  /** Links that sign a browser in and that nobody has used: of more, the oldest are void. */
  signInLinks: 100,
  /** Teams of the sandbox. */
  teams: 1000,
  /** Of one team, those that are there: */
  environments: 1000,
  keys: 1000,
  secrets: 1000,
  apps: 1000,
  /** Apps that a run of the sandbox has known, deleted ones too. */
  appsOfARun: 10_000,
  /** Of one app: of more, the oldest that are not in use are forgotten. */
  revisions: 1000,
  /** Uploaded files, those under way too: of more, the oldest are forgotten. */
  files: 100_000,
  /** Webhooks that were not heard yet: of more, the oldest are given up. */
  webhooksWaiting: 100_000,
  /** Of the log of `ebb up --detach`: of more, the newer half is kept. */
  hostLogBytes: 64 * mebibyte,
  /** Of the value of one secret. */
  secretBytes: 128 * kibibyte
}

export type LimitName = keyof typeof limits

export const isLimitName = (name: string): name is LimitName => Object.hasOwn(limits, name)
