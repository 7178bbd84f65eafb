import { Schema } from "effect"

const { Boolean, Finite, Int, Literals, NullOr, Struct } = Schema

/** What a process does about SIGTERM: it runs a handler, ignores it, or leaves it to the kernel, which ends it. */
const Disposition = Literals(["handled", "ignored", "default"])

/** How the first process ended. */
const Exit = Struct({
  code: NullOr(Int),
  signal: NullOr(Schema.String),
  /** Milliseconds from the rollout's signal. */
  afterMs: Finite,
  /** Whether it was still there when the grace period was over. */
  neededKill: Boolean
})

/** One rollout of the server: the load before it, its signal, and what became of the requests. */
export const Rollout = Struct({
  signal: Literals(["SIGTERM", "SIGKILL"]),
  port: Int,
  readyAfterMs: Finite,
  /**
   * Requests that were over before the signal; `errored`: answered with a status of 500 or more; `lost`: not answered;
   * `statuses`: how often each was answered; `slowestMs`: of the later half, when the server was warm.
   */
  before: Struct({
    answered: Int,
    errored: Int,
    lost: Int,
    statuses: Schema.Record(Schema.String, Int),
    slowestMs: NullOr(Finite)
  }),
  /** Requests that the server had read and not answered at the signal: the sum of the three that follow. */
  inFlight: Int,
  answered: Int,
  errored: Int,
  cut: Int,
  /** Requests that the server had not read at the signal; `refused`: it never read them, or answered 503. */
  after: Struct({ answered: Int, refused: Int, cut: Int }),
  /** From the signal, in milliseconds; null where it did not happen. */
  stoppedAcceptingAfterMs: NullOr(Finite),
  lastAnswerAfterMs: NullOr(Finite),
  lastCutAfterMs: NullOr(Finite),
  exit: Exit,
  /** Idle keep-alive connections: `closed` and `reset` by the server while it lived, `held` open until it ended. */
  idleConnections: Struct({ open: Int, closed: Int, reset: Int, held: Int }),
  /** Whether a process that outlasted the grace period ended as soon as the idle connections were closed. */
  waitedForIdle: Boolean,
  /** What the first process did about SIGTERM, which goes to it alone; null where it was gone. */
  sigterm: NullOr(Disposition),
  /** Whether the first process is one of those that listen. */
  listensItself: Boolean,
  /** Processes that lived on after the first one had ended. */
  childrenLeft: Int,
  /** Whether one of them went on listening. */
  servesOn: Boolean
})
export type Rollout = typeof Rollout.Type

/** What may be said of a server that was checked. */
export const AdviceCode = Literals([
  "listens-elsewhere",
  "does-not-listen",
  "ends-before-it-listens",
  "ends-under-load",
  "no-second-start",
  "sigterm-not-passed-on",
  "no-handler",
  "ignores-sigterm",
  "ends-early",
  "cuts-connections",
  "cuts-late-requests",
  "errors-while-draining",
  "waits-for-idle-connections",
  "grace-too-short",
  "does-not-end",
  "exit-code",
  "leaves-children",
  "resets-idle-connections",
  "refuses-at-once",
  "nothing-in-flight",
  "fails-before",
  "client-errors"
])
export type AdviceCode = typeof AdviceCode.Type

/** One finding; a problem is a reason not to pass, a note is not. */
export const Advice = Struct({
  code: AdviceCode,
  isProblem: Boolean,
  text: Schema.String,
  /** What to write, and for which server. */
  snippet: NullOr(Struct({ server: Schema.String, code: Schema.String }))
})
export type Advice = typeof Advice.Type

/** The result of `ebb check`; a rollout is null where the server did not come up for it. */
export const CheckReport = Struct({
  version: Schema.Literal(1),
  command: Schema.Array(Schema.String),
  graceful: NullOr(Rollout),
  force: NullOr(Rollout),
  advice: Schema.Array(Advice),
  passed: Boolean
})
export type CheckReport = typeof CheckReport.Type
