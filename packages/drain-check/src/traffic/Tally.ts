import * as Wholeness from "../client/Wholeness.ts"
import type { Digest } from "../client/Answer.ts"
import type { Exchange } from "../client/Exchange.ts"
import { Session } from "../client/Session.ts"
import type { Rollout } from "../CheckReport.ts"
import * as GivingUp from "./GivingUp.ts"
import * as Reaction from "./Reaction.ts"

/** What the requests of a rollout say. */
type Counts = Pick<
  Rollout,
  | "before"
  | "inFlight"
  | "answered"
  | "short"
  | "endsUnknown"
  | "otherKeys"
  | "errored"
  | "cut"
  | "cutFlowing"
  | "after"
  | "failedWithinLinger"
  | "firstAnswerAfterMs"
  | "lastAnswerAfterMs"
  | "lastOfAnyAfterMs"
  | "firstCutAfterMs"
  | "lastCutAfterMs"
  | "oldestFailedMs"
  | "gaveUpAfterMs"
  | "workedForMs"
  | "reactedWithinMs"
  | "waitedFor"
  | "kept"
  | "sessions"
>

/** How a rollout went, beside its requests. Times are those of `performance.now()`. */
export interface Course {
  readonly signalledAtMs: number
  /** When the server was killed; Infinity where it was not. */
  readonly killedAtMs: number
  /** When the process had ended or was killed. */
  readonly endedAtMs: number
  readonly listenerClosedAtMs: number | null
  /** The same, by when it was surely closed. */
  readonly closedAtLatestMs: number | null
  readonly lastAliveAtMs: number
  /** For how long this process was held up, at most. */
  readonly heldUpMs: number
  readonly lingerMs: number
  readonly statuses: ReadonlyArray<string> | null
  readonly isKept: boolean
}

type What = "answered" | "errored" | "unavailable" | "lost" | "refused"

const unavailable = 503
const errorMin = 400
/** Requests that came that shortly before the last of them are not held against the server: it may have counted from elsewhere. */
const lingerSlackMs = 250
const slicesUsual = 500
const slicesLong = 1000
const flowingWithinMs = 1000

/** Whether an answer with that status is one. */
const counts = (status: number, statuses: Course["statuses"]): boolean =>
  statuses === null
    ? status < errorMin
    : statuses.some((pattern) => new RegExp(`^${pattern.replaceAll("x", "\\d")}$`, "u").test(String(status)))

const whatOf = ({ isTaken, outcome }: Exchange, statuses: Course["statuses"]): What => {
  if (outcome === null) return "lost"
  if (outcome.is !== "answered") return outcome.is === "lost" && isTaken ? "lost" : "refused"
  if (counts(outcome.status, statuses)) return "answered"
  return outcome.status === unavailable ? "unavailable" : "errored"
}

const median = (values: ReadonlyArray<number>): number | null =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null

const most = (values: ReadonlyArray<number>): number | null => (values.length === 0 ? null : Math.max(...values))

const least = (values: ReadonlyArray<number>): number | null => (values.length === 0 ? null : Math.min(...values))

/**
 * How long the server must have worked on after the signal, whenever its answers were read here: none takes less than the
 * quickest did, and some had only begun at the signal or came after it. It did not work beyond its end: an answer that would
 * say so was sent before that and read later.
 */
const workedForMs = (
  answered: ReadonlyArray<Exchange>,
  leastMs: number | null,
  { endedAtMs: overAtMs, signalledAtMs }: Course
): number => {
  if (leastMs === null) return 0
  const until = answered.flatMap(({ endedAtMs, sentAtMs }) => {
    // Answered sooner than usual, it says nothing.
    if (sentAtMs === null || endedAtMs === null || endedAtMs - sentAtMs < leastMs) return []
    return [Math.min(sentAtMs + leastMs, overAtMs)]
  })
  return Math.max(0, ...until.map((ms) => ms - signalledAtMs))
}

const took = (calls: ReadonlyArray<Exchange>, end: "endedAtMs" | "firstByteAtMs"): ReadonlyArray<number> =>
  calls.flatMap(({ [end]: endMs, outcome, sentAtMs }) =>
    outcome?.is !== "answered" || endMs === null || sentAtMs === null ? [] : [endMs - sentAtMs]
  )

/** How old they were when they were over, the process too. */
const ages = (calls: ReadonlyArray<Exchange>, { endedAtMs: overAtMs }: Course): ReadonlyArray<number> =>
  calls.flatMap(({ endedAtMs, sentAtMs }) =>
    endedAtMs === null || sentAtMs === null ? [] : [Math.min(endedAtMs, overAtMs) - sentAtMs]
  )

const countBy = (values: ReadonlyArray<number>): Record<string, number> =>
  Object.fromEntries(Object.entries(Object.groupBy(values, String)).map(([name, each = []]) => [name, each.length]))

const countBefore = (before: ReadonlyArray<Exchange>, begunBefore: number, { statuses }: Course): Rollout["before"] => {
  const number = (...whats: ReadonlyArray<What>): number =>
    before.filter((call) => whats.includes(whatOf(call, statuses))).length
  const warm = before.slice(Math.floor(before.length / 2))
  return {
    answered: number("answered"),
    errored: number("errored", "unavailable"),
    lost: number("lost", "refused"),
    statuses: countBy(before.flatMap(({ outcome }) => (outcome?.is === "answered" ? [outcome.status] : []))),
    quickestMs: least(took(before, "endedAtMs")),
    slowestMs: most(took(warm, "endedAtMs")),
    firstByteMs: median(took(warm, "firstByteAtMs")),
    begun: begunBefore,
    unexpected: before.filter(({ digest, outcome }) => outcome?.is === "answered" && digest?.hasExpected === false)
      .length
  }
}

/** Those that were answered with an end but not with all of it. */
const halves = (answered: ReadonlyArray<Exchange>, whole: ReadonlyArray<Digest>) => {
  const usual = Wholeness.usual(whole)
  return answered.flatMap((call) => {
    const { digest } = call
    const why = digest === null ? null : Wholeness.shortBy(usual, digest)
    if (digest === null || why === null) return []
    return [{ call, why, usual: Wholeness.usualText(usual, why), got: Wholeness.otherText(digest, why) }]
  })
}

/** Those of which nothing tells whether they are whole. */
const countUnknown = (answered: ReadonlyArray<Exchange>, whole: ReadonlyArray<Digest>): number => {
  const usual = Wholeness.usual(whole)
  const requests = answered.filter((call) => !(call instanceof Session))
  return requests.filter(({ digest }) => digest !== null && !Wholeness.canTell(usual, digest)).length
}

const countOtherKeys = (answered: ReadonlyArray<Exchange>, whole: ReadonlyArray<Digest>): Rollout["otherKeys"] => {
  const usual = Wholeness.usual(whole)
  const others = answered.flatMap(({ digest }) =>
    digest !== null && Wholeness.lacksKeys(usual, digest) ? [digest] : []
  )
  const [first] = others
  if (first === undefined) return { count: 0, usual: null, got: null }
  return { count: others.length, usual: Wholeness.usualText(usual, "keys"), got: Wholeness.otherText(first, "keys") }
}

const whyOf = (half: ReturnType<typeof halves>[number] | undefined): Omit<Rollout["short"], "count"> => ({
  why: half?.why ?? null,
  usual: half?.usual ?? null,
  got: half?.got ?? null
})

const sliceAfter = (late: ReadonlyArray<Exchange>, course: Course): Rollout["after"]["slices"] => {
  const widthMs = course.lingerMs > 2 * slicesLong ? slicesLong : slicesUsual
  const at = ({ createdAtMs }: Exchange): number =>
    Math.max(0, Math.floor((createdAtMs - course.signalledAtMs) / widthMs))
  const slices = Object.entries(Object.groupBy(late, (call) => String(at(call))))
  return slices.map(([index, calls = []]) => {
    const number = (...whats: ReadonlyArray<What>): number =>
      calls.filter((call) => whats.includes(whatOf(call, course.statuses))).length
    return {
      fromMs: Number(index) * widthMs,
      answered: number("answered"),
      errored: number("errored"),
      refused: number("refused", "unavailable"),
      cut: number("lost")
    }
  })
}

const isReset = ({ isReused, isTaken, outcome }: Exchange): boolean => isReused && !isTaken && outcome?.is === "lost"

/** Whether anything came back that ended in order. */
const isAnswer = ({ outcome }: Exchange): boolean => outcome?.is === "answered"

const afterMs = (calls: ReadonlyArray<Exchange>, { signalledAtMs }: Course): ReadonlyArray<number> =>
  calls.flatMap(({ endedAtMs }) => (endedAtMs === null ? [] : [Math.max(0, endedAtMs - signalledAtMs)]))

const countAfter = (late: ReadonlyArray<Exchange>, half: number, course: Course): Rollout["after"] => {
  const slices = sliceAfter(
    late.filter((call) => !isReset(call)),
    course
  )
  const sum = (key: "answered" | "errored" | "refused" | "cut"): number =>
    slices.reduce((total, { [key]: each }) => total + each, 0)
  const last = afterMs(
    late.filter((call) => whatOf(call, course.statuses) === "answered"),
    course
  )
  return {
    lastAnswerAfterMs: most(last),
    answered: sum("answered") - half,
    short: half,
    errored: sum("errored"),
    refused: sum("refused"),
    cut: sum("cut"),
    slices
  }
}

const failedWithinLinger = (late: ReadonlyArray<Exchange>, { lingerMs, signalledAtMs, statuses }: Course): number =>
  late.filter((call) => {
    if (call.createdAtMs > signalledAtMs + lingerMs - lingerSlackMs) return false
    return !isReset(call) && whatOf(call, statuses) !== "answered"
  }).length

const countKept = (
  inFlight: ReadonlyArray<Exchange>,
  late: ReadonlyArray<Exchange>,
  statuses: Course["statuses"]
): Rollout["kept"] => ({
  answeredAfter: late.filter((call) => whatOf(call, statuses) === "answered").length,
  resets: late.filter(isReset).length,
  saidClose: [...inFlight, ...late].filter(({ outcome, saidClose }) => saidClose && outcome?.is === "answered").length
})

const quickestReplyMs = (sessions: ReadonlyArray<Session>): number | null =>
  least(sessions.flatMap(({ quickestReplyMs: ms }) => (ms === null ? [] : [ms])))

/** What shows when the server had seen to the signal, and what it then still had in hand: of sessions, the messages. */
const seenOf = (all: ReadonlyArray<Exchange>, answered: ReadonlyArray<Exchange>, leastMs: number | null) => {
  const sessions = all.filter((call) => call instanceof Session)
  if (sessions.length === 0) return { all, answered, leastMs }
  const replied = sessions.flatMap(({ pending }) => (pending === null || pending.endedAtMs === null ? [] : [pending]))
  return { all, answered: replied, leastMs: quickestReplyMs(sessions) }
}

const countSessions = (inFlight: ReadonlyArray<Exchange>): Rollout["sessions"] => {
  const sessions = inFlight.filter((call) => call instanceof Session)
  if (sessions.length === 0) return null
  const cut = sessions.filter(({ outcome }) => outcome?.is !== "answered").length
  const sum = (of: (session: Session) => number): number => sessions.reduce((total, each) => total + of(each), 0)
  return {
    open: sessions.length,
    closed: sessions.length - cut,
    cut,
    pending: sessions.filter(({ pending }) => pending !== null).length,
    quickestReplyMs: quickestReplyMs(sessions),
    messages: sum(({ messages }) => messages),
    replies: sum(({ replies }) => replies),
    unasked: sum(({ unasked }) => unasked),
    lostMessages: sessions.filter(({ lostMessage }) => lostMessage).length,
    codes: countBy(sessions.flatMap(({ code }) => (code === null ? [] : [code])))
  }
}

const isFlowing =
  ({ endedAtMs: overAtMs }: Course) =>
  ({ endedAtMs, lastByteAtMs }: Exchange): boolean =>
    endedAtMs !== null && lastByteAtMs !== null && Math.min(endedAtMs, overAtMs) - lastByteAtMs < flowingWithinMs

const isWhole = ({ digest, outcome }: Exchange, statuses: Course["statuses"]): boolean =>
  outcome?.is === "answered" && counts(outcome.status, statuses) && digest?.hasExpected !== false

/**
 * The requests by where they were at the signal, and the answers that show what is usual: those that were read before it. Of
 * others the kernel's list says that they were over by then. One that is only half there was not.
 */
const sort = (calls: ReadonlyArray<Exchange>, { signalledAtMs, statuses }: Course) => {
  const isRead = ({ endedAtMs }: Exchange): boolean => endedAtMs !== null && endedAtMs <= signalledAtMs
  const whole = calls.flatMap((call) =>
    isRead(call) && isWhole(call, statuses) && call.digest !== null ? [call.digest] : []
  )
  const over = calls.filter((call) => call.wasOver && !isRead(call))
  const half = new Set(
    halves(
      over.filter((call) => whatOf(call, statuses) === "answered"),
      whole
    ).map(({ call }) => call)
  )
  const isBefore = (call: Exchange): boolean => isRead(call) || (call.wasOver && !half.has(call))
  return {
    whole,
    before: calls.filter(isBefore),
    inFlight: calls.filter((call) => !isBefore(call) && (call.isInFlight || half.has(call))),
    late: calls.filter((call) => !isBefore(call) && !call.isInFlight && !half.has(call))
  }
}

/** Sorts the requests of a rollout by when they were sent and what became of them. */
export const count = (calls: ReadonlyArray<Exchange>, course: Course): Counts => {
  const { signalledAtMs, statuses } = course
  const { before, inFlight, late, whole } = sort(calls, course)
  const begun = calls.filter(({ firstByteAtMs }) => firstByteAtMs !== null && firstByteAtMs <= signalledAtMs)
  const of = (...whats: ReadonlyArray<What>): ReadonlyArray<Exchange> =>
    inFlight.filter((call) => whats.includes(whatOf(call, statuses)))
  const half = halves(of("answered"), whole)
  const lateAnswered = late.filter((call) => whatOf(call, statuses) === "answered")
  const lateHalf = halves(lateAnswered, whole)
  const isHalf = new Set([...half, ...lateHalf].map(({ call }) => call))
  const isWholly = (call: Exchange): boolean => !isHalf.has(call)
  const answered = of("answered").filter(isWholly)
  const allAnswered = [...answered, ...lateAnswered.filter(isWholly)]
  const cut = of("lost", "refused")
  const errored = of("errored", "unavailable")
  const leastMs = least(
    took(
      before.filter((call) => isWhole(call, statuses)),
      "endedAtMs"
    )
  )
  const seen = seenOf([...inFlight, ...late], answered, leastMs)
  const reactedAtMs = Reaction.atLatestMs(seen, course)
  const answers = afterMs(answered, course)
  const cuts = afterMs(cut, course).map((ms) => Math.min(ms, Math.max(0, course.endedAtMs - signalledAtMs)))
  return {
    before: countBefore(before, begun.length, course),
    inFlight: inFlight.length,
    answered: answered.length,
    short: { count: half.length, ...whyOf(half[0] ?? lateHalf[0]) },
    endsUnknown: countUnknown(allAnswered, whole),
    otherKeys: countOtherKeys(allAnswered, whole),
    errored: errored.length,
    cut: cut.length,
    cutFlowing: cut.filter(isFlowing(course)).length,
    after: countAfter(late, lateHalf.length, course),
    failedWithinLinger: failedWithinLinger(late, course),
    firstAnswerAfterMs: answers.length === 0 ? null : Math.min(...answers),
    lastAnswerAfterMs: most(answers),
    lastOfAnyAfterMs: most(afterMs([...inFlight, ...late].filter(isAnswer), course)),
    firstCutAfterMs: cuts.length === 0 ? null : Math.min(...cuts),
    lastCutAfterMs: most(cuts),
    oldestFailedMs: most(ages([...cut, ...errored, ...half.map(({ call }) => call)], course)),
    gaveUpAfterMs: GivingUp.afterMs(cut, [...errored, ...half.map(({ call }) => call)], answered, {
      ...course,
      leastMs
    }),
    workedForMs: workedForMs(allAnswered, leastMs, course),
    reactedWithinMs: reactedAtMs === null ? null : reactedAtMs - signalledAtMs,
    waitedFor: Reaction.waitedFor(seen, reactedAtMs, course),
    kept: course.isKept ? countKept(inFlight, late, statuses) : null,
    sessions: countSessions(inFlight)
  }
}
