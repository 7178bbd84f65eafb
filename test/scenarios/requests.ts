import { expect } from "vitest"
import { ofRequests, type Scenario, sent } from "./Scenario.ts"

const queued = { kind: 1 } as const

/** Requests from acceptance to outcome: platform rule 4. */
export const requests: ReadonlyArray<Scenario> = [
  {
    label: "direct before normal before low; within a lane by acceptance",
    scaling: { maxConcurrency: 1 },
    warm: 1,
    until: 9,
    play: (stage) => {
      stage.submit(-1, 2)
      stage.submit(-0.6, 1, { ...queued, low: true })
      stage.submit(-0.5, 1, queued)
      stage.submit(-0.4, 1, queued)
      stage.submit(-0.3, 1, { ...queued, low: true })
      stage.submit(-0.2, 1)
    },
    check: ({ log }) =>
      expect(sent(log)).toEqual(["1 q6 to r1", "2 q3 to r1", "3 q4 to r1", "4 q2 to r1", "5 q5 to r1"])
  },
  {
    label: "held queues keep their places, start no runner and take nothing back; direct requests are served on",
    warm: 2,
    until: 20,
    play: (stage) => {
      stage.submit(-2, 4)
      stage.submit(-1.5, 30, queued)
      stage.submit(-1, 5, queued)
      stage.submit(-0.5, 1)
      stage.holdQueues(0)
      stage.answer(3, 2, 503)
      for (let n = 5; n <= 8; n++) stage.submit(5, 1, queued)
      stage.submit(6, 1)
    },
    check: ({ log }) => {
      expect(ofRequests(log)).toEqual(["2 q1 200", "2 q4 to r1", "3 q4 200", "6 q9 to r1", "7 q9 200"])
      expect(log.filter((line) => line.endsWith("PENDING"))).toEqual([])
    }
  },
  {
    label: "of two runners with the hint the one that has just failed the request comes second",
    revision: { maxMultiplexing: 2 },
    warm: 3,
    until: 4,
    play: (stage) => {
      for (let n = 1; n <= 3; n++) stage.submit(-9, 30)
      stage.answer(-8, 1, 200, { hints: ["cat"] })
      stage.answer(-7, 2, 200, { hints: ["cat", "dog"] })
      stage.answer(-6, 3, 200, { hints: ["dogs"] })
      stage.submit(-3, 30, { hint: "dog" })
      stage.submit(-2, 30, { ...queued, hint: "cat" })
      stage.note(-1, "first", () => stage.view.stateOf(1))
      stage.answer(0, 5, 504)
    },
    check: ({ log, notes }) => {
      expect(notes["first"]).toBe("RUNNING")
      expect(log).toEqual(["0 r1 IDLE", "0 r1 TCP check", "1 q5 to r2"])
    }
  },
  {
    label: "an app that reports no hints is asked again where the hint was served last; never a reason to wait",
    warm: 2,
    until: 20,
    play: (stage) => {
      stage.submit(-9, 1, { hint: "cat" })
      stage.submit(-7, 1)
      stage.submit(0, 5, { hint: "cat" })
      stage.submit(1, 5, { hint: "cat" })
    },
    check: ({ log }) => expect(sent(log)).toEqual(["0 q3 to r1", "1 q4 to r2"])
  },
  {
    label: "unmarked runners are preferred to marked ones",
    warm: 2,
    until: 8,
    play: (stage) => {
      stage.submit(-5, 1)
      stage.submit(-3, 1)
      stage.stop(0, 1, "replace")
      stage.submit(1, 5)
      stage.submit(2, 5)
    },
    check: ({ log }) => expect(sent(log)).toEqual(["1 q3 to r2", "2 q4 to r1"])
  },
  {
    label: "fewest in flight first",
    revision: { maxMultiplexing: 4 },
    warm: 2,
    until: 3,
    play: (stage) => {
      for (let n = 1; n <= 4; n++) stage.submit(n / 2, 30)
    },
    check: ({ log }) => expect(sent(log)).toEqual(["0.5 q1 to r1", "1 q2 to r2", "1.5 q3 to r1", "2 q4 to r2"])
  },
  {
    label: "the start timeout fires while a request waits, and in retry back-off",
    scaling: { maxConcurrency: 1 },
    warm: 1,
    until: 8,
    play: (stage) => {
      stage.submit(-1, 30, { ...queued, startTimeoutMs: 3000 })
      stage.submit(0, 1, { startTimeoutMs: 4000 })
      stage.submit(0.5, 60, queued)
      stage.answer(1.5, 1, 504)
    },
    check: ({ log }) =>
      expect(ofRequests(log)).toEqual(["1.5 q2 to r1", "2 q1 504 request_timeout", "2.5 q2 200", "2.5 q3 to r1"])
  },
  {
    label: "a start timeout that passes during an attempt is ignored until that attempt fails: then 504, no retry",
    warm: 2,
    until: 8,
    play: (stage) => {
      stage.submit(-1, 6, { ...queued, startTimeoutMs: 2000 })
      stage.submit(-1, 30, { ...queued, startTimeoutMs: 2000 })
      stage.answer(4, 2, 504)
    },
    check: ({ log }) => expect(ofRequests(log)).toEqual(["4 q2 504 request_timeout", "5 q1 200"])
  },
  {
    label: "a slot that comes free at the very end of the start timeout comes too late",
    scaling: { maxConcurrency: 1 },
    warm: 1,
    until: 8,
    play: (stage) => {
      stage.submit(-1, 5)
      stage.submit(0, 1, { ...queued, startTimeoutMs: 4000 })
    },
    check: ({ log }) => expect(ofRequests(log)).toEqual(["4 q1 200", "4 q2 504 request_timeout"])
  },
  {
    label: "a realtime session has no start timeout",
    scaling: { maxConcurrency: 1 },
    warm: 1,
    until: 8,
    play: (stage) => {
      stage.submit(-1, 5)
      stage.submit(0, 1000, { kind: 2, startTimeoutMs: 2000 })
    },
    check: ({ log }) => expect(ofRequests(log)).toEqual(["4 q1 200", "4 q2 to r1"])
  },
  {
    label: "a direct request waits for a slot no longer than a start may take",
    scaling: { maxConcurrency: 1 },
    revision: { startupTimeoutSeconds: 20 },
    warm: 1,
    until: 60,
    play: (stage) => {
      stage.submit(-1, 50)
      stage.submit(0, 1)
      stage.submit(1, 1, queued)
    },
    check: ({ log }) =>
      expect(ofRequests(log)).toEqual(["20 q2 504 startup_timeout", "49 q1 200", "49 q3 to r1", "50 q3 200"])
  },
  {
    label: "request_timeout counts for each attempt anew and stops the runner gracefully",
    scaling: { requestTimeoutSeconds: 10 },
    revision: { maxMultiplexing: 2 },
    warm: 1,
    until: 35,
    play: (stage) => {
      stage.submit(-8, 60, queued)
      stage.submit(-1, 7)
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "2 r1 DRAINING",
        "3 r2 PENDING",
        "5 r2 SETUP",
        "6 q2 200",
        "6 r1 TERMINATING",
        "7 r1 TERMINATED",
        "13 r2 IDLE",
        "13 r2 RUNNING",
        "13 q1 to r2",
        "23 r2 IDLE",
        "23 r2 TERMINATING",
        "24 r2 TERMINATED",
        "25 r3 PENDING",
        "27 r3 SETUP",
        "35 r3 IDLE",
        "35 r3 RUNNING",
        "35 q1 to r3"
      ])
  },
  {
    label: "cancelled while waiting or in back-off: at once; a direct caller that has gone is 499 client_disconnected",
    scaling: { maxConcurrency: 1 },
    warm: 1,
    until: 8,
    play: (stage) => {
      stage.submit(-1, 30, queued)
      stage.submit(-0.5, 3, queued)
      stage.submit(-0.4, 3)
      stage.submit(-0.3, 3, queued)
      stage.cancel(0, 3, "gone")
      stage.cancel(0.2, 4)
      stage.answer(1, 1, 504)
      stage.cancel(1.5, 1)
    },
    check: ({ log }) =>
      expect(ofRequests(log)).toEqual([
        "0 q3 499 client_disconnected",
        "0.2 q4 499 client_cancelled",
        "1 q2 to r1",
        "1.5 q1 499 client_cancelled",
        "4 q2 200"
      ])
  },
  {
    label:
      "a cancel in flight is up to the app: 499 is a cancel, another answer an ordinary one, and nothing is retried",
    warm: 4,
    until: 8,
    play: (stage) => {
      stage.submit(-1, 30, queued)
      stage.submit(-1, 3, queued)
      stage.submit(-1, 30, queued)
      stage.submit(-1, 30)
      for (let n = 1; n <= 3; n++) stage.cancel(0, n)
      stage.cancel(0, 4, "gone")
      stage.answer(1, 1, 499)
      stage.answer(3, 3, 504)
      stage.answer(4, 4, 200)
    },
    check: ({ log }) =>
      expect(ofRequests(log)).toEqual([
        ...[1, 2, 3, 4].map((n) => `0 q${n} cancel to r${n}`),
        "1 q1 499 client_cancelled",
        "2 q2 200",
        "3 q3 504 runner_server_error",
        "4 q4 499 client_disconnected"
      ])
  },
  {
    label: "each message of a session has request_timeout: past it the session is closed with 1011, the runner stopped",
    scaling: { requestTimeoutSeconds: 5 },
    warm: 1,
    until: 12,
    play: (stage) => {
      stage.submit(-2, 1000, { kind: 2 })
      stage.session(1, 1, "message_began")
      stage.session(4, 1, "message_ended")
      stage.session(5, 1, "message_began")
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "10 q1 closed 1011",
        "10 q1 504 request_timeout",
        "10 r1 IDLE",
        "10 r1 TERMINATING",
        "11 r1 TERMINATED"
      ])
  },
  {
    label: "flush empties the queue, back-off included, and nothing else",
    scaling: { maxConcurrency: 2 },
    warm: 2,
    until: 8,
    play: (stage) => {
      stage.submit(-1, 5, queued)
      stage.submit(-1, 30, queued)
      stage.submit(-0.9, 30, queued)
      stage.submit(-0.8, 1, queued)
      stage.submit(-0.7, 1)
      stage.answer(-0.2, 2, 504)
      stage.flush(0.5)
    },
    check: ({ log }) =>
      expect(ofRequests(log)).toEqual([
        "0.5 q2 499 client_cancelled",
        "0.5 q3 499 client_cancelled",
        "0.5 q4 499 client_cancelled",
        "0.8 q5 200",
        "4 q1 200"
      ])
  }
]
