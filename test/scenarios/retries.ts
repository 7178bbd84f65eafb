import { expect } from "vitest"
import { ofRequests, type Scenario, sent } from "./Scenario.ts"

const queued = { kind: 1 } as const

/** Attempts that fail: platform rule 5. */
export const retries: ReadonlyArray<Scenario> = [
  {
    label: "a retried request stands before all of its lane that were accepted later, a low one behind the normal ones",
    scaling: { maxConcurrency: 2 },
    warm: 2,
    until: 10,
    play: (stage) => {
      stage.submit(-2, 30, { ...queued, low: true })
      stage.submit(-2, 30, queued)
      for (let n = 3; n <= 5; n++) stage.submit(-1, 3.5, queued)
      stage.submit(-1, 3.5, { ...queued, low: true })
      stage.answer(0, 1, 504)
      stage.answer(2, 2, 504)
    },
    check: ({ log }) =>
      expect(sent(log)).toEqual(["0 q3 to r1", "2 q4 to r2", "3.5 q2 to r1", "5.5 q5 to r2", "9 q1 to r2"])
  },
  {
    label: "a request that is tried again goes to another runner when one has a slot",
    revision: { maxMultiplexing: 2 },
    warm: 2,
    until: 4,
    play: (stage) => {
      stage.submit(-1, 30, queued)
      stage.submit(-1, 30, queued)
      stage.answer(0, 1, 504)
    },
    check: ({ log }) => expect(log).toEqual(["0 r1 IDLE", "0 r1 TCP check", "1 q1 to r2"])
  },
  {
    label: "503 stops the runner and is tried again; 500 only checks the port and is the answer",
    warm: 2,
    until: 3,
    play: (stage) => {
      stage.submit(-1, 30, queued)
      stage.submit(-1, 30, queued)
      stage.answer(0, 1, 503)
      stage.answer(0.5, 2, 500)
    },
    check: ({ log }) =>
      expect(log.filter((line) => line !== "1 r1 TERMINATED")).toEqual([
        "0 r1 IDLE",
        "0 r1 TERMINATING",
        "0.5 q2 500 runner_server_error",
        "0.5 r2 IDLE",
        "0.5 r2 TCP check",
        "1 r2 RUNNING",
        "1 q1 to r2"
      ])
  },
  {
    label: "the app's headers decide: needs-retry alone, stop-runner on its own, and neither on another status",
    warm: 5,
    until: 3,
    play: (stage) => {
      for (let n = 1; n <= 5; n++) stage.submit(-1, 30, queued)
      stage.answer(0, 1, 503, { needsRetry: false, stopRunner: false })
      stage.answer(0.1, 2, 500, { needsRetry: true })
      stage.answer(0.2, 3, 429, { needsRetry: true })
      stage.answer(0.3, 4, 429)
      stage.answer(0.4, 5, 404, { needsRetry: true, stopRunner: true })
    },
    check: ({ log }) => {
      expect(ofRequests(log)).toEqual([
        "0 q1 503 runner_server_error",
        "0.3 q4 429",
        "0.4 q5 404",
        "1.1 q2 to r1",
        "1.2 q3 to r2"
      ])
      expect(log.filter((line) => line.includes("TERMINATING"))).toEqual(["0.4 r5 TERMINATING"])
    }
  },
  {
    label: "ten attempts in all, with 1, 2, 4, 8, 16 and then 30 s between them; no-retry beats every header",
    scaling: { maxConcurrency: 1 },
    warm: 1,
    until: 190,
    play: (stage) => {
      stage.submit(-1, 1000, queued)
      stage.submit(-0.5, 1000, { ...queued, noRetry: true })
      let at = 0
      for (const wait of [1, 2, 4, 8, 16, 30, 30, 30, 30, 0]) {
        stage.answer(at + 0.5, 1, 504)
        at += 0.5 + wait
      }
      stage.answer(0.75, 2, 503, { needsRetry: true, stopRunner: false })
    },
    check: ({ log }) =>
      expect(ofRequests(log)).toEqual([
        "0.5 q2 to r1",
        "0.75 q2 503 runner_server_error",
        ...[1.5, 4, 8.5, 17, 33.5, 64, 94.5, 125, 155.5].map((at) => `${at} q1 to r1`),
        "156 q1 504 runner_server_error"
      ])
  },
  {
    label: "budgets are counted for each condition: the request's own, else the app's; skipped conditions have none",
    revision: { retryConfig: { server_error: 1, connection_error: 5 }, skipRetryConditions: ["timeout"] },
    scaling: { requestTimeoutSeconds: 20, maxConcurrency: 3 },
    warm: 3,
    until: 25,
    play: (stage) => {
      stage.submit(-1, 1000, queued)
      stage.submit(-1, 1000, { ...queued, retryConfig: { server_error: 0 } })
      stage.submit(-1, 1000, queued)
      stage.answer(0, 1, 504)
      stage.answer(0, 2, 504)
      stage.answer(2, 1, 504)
    },
    check: ({ log }) =>
      expect(ofRequests(log)).toEqual([
        "0 q2 504 runner_server_error",
        "1 q1 to r2",
        "2 q1 504 runner_server_error",
        "19 q3 504 request_timeout"
      ])
  },
  {
    label: "a refused connection stops the runner, a cut answer only checks it; direct ones get 503 and 502",
    warm: 4,
    until: 3,
    play: (stage) => {
      stage.submit(-1, 30)
      stage.submit(-1, 30)
      stage.submit(-1, 30)
      stage.submit(-1, 30)
      stage.broken(0, 1, "refused")
      stage.broken(0.5, 2, "incomplete")
      stage.broken(1.5, 3, "connect_timeout")
      stage.broken(2.4, 4, "connection")
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 q1 503 runner_connection_refused",
        "0 r1 IDLE",
        "0 r1 TERMINATING",
        "0.5 q2 502 runner_incomplete_response",
        "0.5 r2 IDLE",
        "0.5 r2 TCP check",
        "1 r1 TERMINATED",
        "1.5 q3 503 runner_connection_timeout",
        "1.5 r3 IDLE",
        "1.5 r3 TERMINATING",
        "2.4 q4 503 runner_connection_error",
        "2.4 r4 IDLE",
        "2.4 r4 TERMINATING",
        "2.5 r3 TERMINATED"
      ])
  }
]
