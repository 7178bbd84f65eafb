import { Exchange } from "@ebb/drain-check/client/Exchange"
import * as Tally from "@ebb/drain-check/traffic/Tally"
import { assert, describe, it } from "@effect/vitest"

const signalledAtMs = 10_000

const course: Tally.Course = {
  signalledAtMs,
  killedAtMs: Infinity,
  endedAtMs: signalledAtMs + 50,
  listenerClosedAtMs: null,
  closedAtLatestMs: null,
  lastAliveAtMs: signalledAtMs + 40,
  heldUpMs: 0,
  lingerMs: 500,
  statuses: null,
  isKept: false
}

/** A stream of lines that was answered, by the time from the signal; `changes`: what was seen of it at the signal. */
const stream = (
  sentMs: number,
  endedMs: number,
  lines: ReadonlyArray<string>,
  changes: Partial<Exchange> = {}
): Exchange => {
  const exchange = new Exchange(null, () => {})
  exchange.answer.begin(200, { "content-type": "application/x-ndjson" })
  exchange.answer.push(Buffer.from(`${lines.join("\n")}\n`))
  exchange.answered({})
  return Object.assign(exchange, {
    createdAtMs: signalledAtMs + sentMs,
    sentAtMs: signalledAtMs + sentMs,
    firstByteAtMs: signalledAtMs + sentMs + 1,
    endedAtMs: signalledAtMs + endedMs,
    ...changes
  })
}

const whole = ["one", "two", "the end"]
const before = Array.from({ length: 6 }, (_, at) => stream(-1000 + at, -500 + at, whole))
const inFlight = { isInFlight: true }
const over = { isInFlight: false, wasOver: true }

describe("requests are sorted by where they were at the signal", () => {
  it("a whole answer that the server was done with by then, though it was read later, came before it", () => {
    const counts = Tally.count([...before, stream(-502, 3, whole, over)], course)
    assert.strictEqual(counts.before.answered, 7)
    assert.strictEqual(counts.inFlight, 0)
  })

  it("the oldest that was cut takes longer than its age then", () => {
    const cut = stream(-3000, 900, ["one"], { ...inFlight, outcome: { is: "lost", by: "reset" } })
    const counts = Tally.count([...before, cut, stream(-30, 4, whole, inFlight)], course)
    assert.strictEqual(counts.oldestFailedMs, 3050)
    assert.isNull(Tally.count(before, course).oldestFailedMs)
  })

  it("an answer that a busy machine read late does not say that the server worked on beyond its end", () => {
    const counts = Tally.count([...before, stream(-30, 800, whole, inFlight)], course)
    assert.deepInclude(counts, { answered: 1, lastAnswerAfterMs: 800, workedForMs: 50 })
    const longer = { ...course, endedAtMs: signalledAtMs + 900 }
    assert.strictEqual(Tally.count([...before, stream(-30, 800, whole, inFlight)], longer).workedForMs, 470)
  })

  it("an error is an answer, of which the last says until when the server was at it", () => {
    const failed = { outcome: { is: "answered", status: 429 } } as const
    const late = stream(20, 800, whole, failed)
    const counts = Tally.count([...before, stream(-30, 4, whole, inFlight), late], course)
    assert.deepInclude(counts, { lastAnswerAfterMs: 4, lastOfAnyAfterMs: 800 })
  })

  it("half an answer was in flight, whatever the kernel's list said, and does not count as usual", () => {
    const cut = stream(-20, 3, ["one"], over)
    const counts = Tally.count([...before, cut, stream(-30, 4, ["one", "two"], inFlight)], course)
    assert.strictEqual(counts.before.answered, 6)
    assert.isAbove(counts.before.quickestMs ?? 0, 400)
    assert.strictEqual(counts.inFlight, 2)
    assert.deepInclude(counts.short, { count: 2, why: "last line", usual: "the end" })
  })
})
