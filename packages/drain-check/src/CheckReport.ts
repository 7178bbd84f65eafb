import { Schema } from "effect"
import { runNames } from "./CheckSettings.ts"
import { codes } from "./findings/Codes.ts"
import { whys } from "./ShortAnswer.ts"

const { Array, Boolean, Finite, Int, Literals, NullOr, Record, String, Struct } = Schema

/** What a process does about a signal: it runs a handler, may wait for it, ignores it, or leaves it to the kernel, which ends it. */
const Disposition = Literals(["handled", "blocked", "ignored", "default"])

/** How the first process ended. */
const Exit = Struct({
  code: NullOr(Int),
  signal: NullOr(String),
  /** Milliseconds from the rollout's signal. */
  afterMs: Finite,
  /** Whether it was still there when the grace period was over. */
  neededKill: Boolean
})

/** Requests that were over before the signal. */
const Before = Struct({
  answered: Int,
  /** Answered with a status that does not count: 400 or more, or none of those that were named. */
  errored: Int,
  /** Not answered. */
  lost: Int,
  /** How often each status came. */
  statuses: Record(String, Int),
  quickestMs: NullOr(Finite),
  /** Of the later half, when the server was warm. */
  slowestMs: NullOr(Finite),
  /** From the request to the first byte of its answer, of the later half: the median. */
  firstByteMs: NullOr(Finite),
  /** Answers that began before the signal, the ones that were over and the ones that were not. */
  begun: Int,
  /** Answers without the text that was expected. */
  unexpected: Int
})

/** Why an answer is called half or another one, and how many of those in flight were so. */
const Short = Struct({
  count: Int,
  /** What sets them, or those of `after`, apart from the answers before the signal; null without any. */
  why: NullOr(Literals(whys)),
  /** What the answers before had there, where it can be shown. */
  usual: NullOr(String),
  /** What the first of them has in its place, where it is another answer and not half of one. */
  got: NullOr(String)
})

/** Answers in JSON without keys that every answer before the signal had; `usual` and `got`: those, and what the first has. */
const OtherKeys = Struct({ count: Int, usual: NullOr(String), got: NullOr(String) })

/** Requests that the server had not read at the signal, by when they were sent. */
const Slice = Struct({ fromMs: Finite, answered: Int, errored: Int, refused: Int, cut: Int })

/** One rollout of the server: the requests before it, its signal, and what became of them. Times are milliseconds from the signal. */
export const Rollout = Struct({
  run: Literals(runNames),
  signal: String,
  port: Int,
  protocol: Literals(["http", "https", "h2c", "h2"]),
  /** What was sent: requests with a connection each, in turn over kept ones, sessions of WebSockets, or nothing. */
  traffic: Literals(["requests", "kept connections", "sessions", "none"]),
  readyAfterMs: Finite,
  before: Before,
  /** Requests that the server had read and not answered at the signal: the sum of the four that follow. */
  inFlight: Int,
  answered: Int,
  /** Answered with an end like any other, but not with all of it, or with another answer than the usual. */
  short: Short,
  /** Of the answers after the signal that count as whole: those of which nothing tells whether they were. */
  endsUnknown: Int,
  /** Of the same answers: those with other keys. */
  otherKeys: OtherKeys,
  errored: Int,
  cut: Int,
  /** Of those in flight: answers that had begun and were cut, some of their bytes having come in the last second. */
  cutFlowing: Int,
  /** Requests that the server had not read at the signal; `refused`: it never read them, or answered 503. */
  after: Struct({
    answered: Int,
    short: Int,
    errored: Int,
    refused: Int,
    cut: Int,
    lastAnswerAfterMs: NullOr(Finite),
    slices: Array(Slice)
  }),
  /** Of `after`: refused or answered with an error, well before requests stopped arriving. */
  failedWithinLinger: Int,
  /** When somebody was last seen to listen. */
  listenedUntilMs: NullOr(Finite),
  /** When nobody was seen to listen any more, though the process lived; null where that was not seen. */
  listenerClosedAfterMs: NullOr(Finite),
  /** For how long it was seen to live on after that. */
  listenerClosedForMs: Finite,
  firstAnswerAfterMs: NullOr(Finite),
  lastAnswerAfterMs: NullOr(Finite),
  /** The same of answers of any kind, errors too, and of those to requests that came later. */
  lastOfAnyAfterMs: NullOr(Finite),
  firstCutAfterMs: NullOr(Finite),
  lastCutAfterMs: NullOr(Finite),
  /** The age of the oldest request in flight that was not answered whole, when that was over: it takes longer. */
  oldestFailedMs: NullOr(Finite),
  /** When the server gave up, at one time, on requests of different ages; null where it did not. */
  gaveUpAfterMs: NullOr(Finite),
  /** How long it must have worked on at least, as requests that had only begun were answered. */
  workedForMs: Finite,
  /** When at the latest it had come to see to the signal; null where nothing shows that it had before its end. */
  reactedWithinMs: NullOr(Finite),
  /** Whole answers to requests in flight that it must have had in hand still by then. */
  waitedFor: Int,
  exit: Exit,
  /** Idle connections: `closed` and `reset` by the server while it lived, `held` open until it ended. */
  idleConnections: Struct({ open: Int, closed: Int, reset: Int, held: Int }),
  /** Connections in use: requests that met a connection just closed, and answers that announced the close. */
  kept: NullOr(Struct({ answeredAfter: Int, resets: Int, saidClose: Int })),
  /** Sessions of WebSockets at the signal; `codes`: how often each close code came, 1006 for none. */
  sessions: NullOr(
    Struct({
      open: Int,
      closed: Int,
      cut: Int,
      messages: Int,
      /** Where `--expect` was given, those that hold its text. */
      replies: Int,
      /** Replies beyond one for each message: which of them ends an answer is not known. */
      unasked: Int,
      /** Messages without a reply at the signal, of servers that reply. */
      pending: Int,
      lostMessages: Int,
      quickestReplyMs: NullOr(Finite),
      codes: Record(String, Int)
    })
  ),
  /** Whether a process that outlasted the grace period ended as soon as this side closed its connections. */
  endedOnceClosed: Boolean,
  /** What the first process did about the signal, which goes to it alone; null where that is not known. */
  disposition: NullOr(Disposition),
  /** Whether the first process is one of those that listen. */
  listensItself: Boolean,
  /** Processes that lived on after the first one had ended. */
  childrenLeft: Int,
  /** Whether one of them went on listening. */
  servesOn: Boolean,
  /** Whether all that listened at the signal lived on when the first process had ended. */
  outlivedByServer: Boolean,
  /** The longest time for which the machine kept ebb itself waiting while the server ended. */
  heldUpMs: Finite
})
export type Rollout = typeof Rollout.Type

/** What may be said of a server that was checked. */
export const AdviceCode = Literals(codes)
export type AdviceCode = typeof AdviceCode.Type

/** Of those: why it was not to be reached. */
export const whysDown = [
  "listens-elsewhere",
  "does-not-listen",
  "ends-before-it-listens",
  "never-ready",
  "ends-under-load",
  "unknown-protocol"
] as const satisfies ReadonlyArray<AdviceCode>

/** One finding; a problem is a reason not to pass, a note is not. */
export const Advice = Struct({
  code: AdviceCode,
  isProblem: Boolean,
  /** What was seen. */
  text: String,
  /** What helps; null where nothing has to be done. */
  remedy: NullOr(String),
  /** What to write, and for which server. */
  snippet: NullOr(Struct({ server: String, code: String }))
})
export type Advice = typeof Advice.Type

/** An assertion over the report: whether it held, and for which value. */
export const Asserted = Struct({
  text: String,
  passed: Boolean,
  actual: NullOr(Schema.Union([Finite, Boolean, String]))
})
export type Asserted = typeof Asserted.Type

/** The result of `ebb check`; a rollout is null where it was not made or the server did not come up for it. */
export const CheckReport = Struct({
  version: Schema.Literal(1),
  command: Array(String),
  /** The kind of server that was seen; null where it is none that is known. */
  server: NullOr(String),
  /** A connection for each request. */
  graceful: NullOr(Rollout),
  /** Requests in turn over kept connections, some of which are idle. */
  kept: NullOr(Rollout),
  /** No requests. */
  idle: NullOr(Rollout),
  /** SIGKILL at once: what a rollout by force costs. */
  force: NullOr(Rollout),
  advice: Array(Advice),
  assertions: Array(Asserted),
  /** No problem among the advice, and every assertion held. */
  passed: Boolean
})
export type CheckReport = typeof CheckReport.Type
