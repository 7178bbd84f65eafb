import { expect } from "vitest"
import type { Scenario } from "./Scenario.ts"

const queued = { kind: 1 } as const

/** Runners one by one: platform rules 2, 3.4, 7, 11 and 12. */
export const runners: ReadonlyArray<Scenario> = [
  {
    label: "keep_alive 0 stops a runner the instant it is idle, after dispatch had its chance",
    scaling: { keepAliveSeconds: 0, maxConcurrency: 1 },
    until: 20,
    play: (stage) => {
      stage.submit(0, 2, queued)
      stage.submit(1, 3, queued)
    },
    check: ({ log }) =>
      expect(log.slice(3)).toEqual([
        "10 r1 RUNNING",
        "10 q1 to r1",
        "12 q1 200",
        "12 r1 IDLE",
        "12 r1 RUNNING",
        "12 q2 to r1",
        "15 q2 200",
        "15 r1 IDLE",
        "15 r1 TERMINATING",
        "16 r1 TERMINATED"
      ])
  },
  {
    label: "five starts that fail at one instant: their successors wait 30, 60, 90, 120 and 150 s",
    until: 165,
    play: (stage) => {
      stage.failSetUps(1, 5)
      stage.slowSetUp(6, 500)
      for (let n = 0; n < 5; n++) stage.submit(0, 1, queued)
    },
    check: ({ log }) =>
      expect(log.filter((line) => line.endsWith("PENDING")).slice(5)).toEqual([
        "40 r6 PENDING",
        "70 r7 PENDING",
        "80 r8 PENDING",
        "80 r9 PENDING",
        "80 r10 PENDING"
      ])
  },
  {
    label: "the startup timeout kills a runner in SETUP, charges no attempt and owes back-off",
    revision: { startupTimeoutSeconds: 20 },
    until: 60,
    play: (stage) => {
      stage.slowSetUp(1, 1000)
      stage.submit(0, 1, queued)
      stage.note(30, "attempts", () => stage.view.attemptsOf(1))
    },
    check: ({ log, notes }) => {
      expect(notes["attempts"]).toBe(0)
      expect(log.slice(2, 5)).toEqual(["22 r1 TERMINATED", "22 r2 FAILURE_DELAY", "52 r2 PENDING"])
    }
  },
  {
    label: "after a scheduling failure the successor waits 20 s and no back-off is counted",
    until: 50,
    play: (stage) => {
      stage.failPlacing(1, 1)
      stage.failSetUps(2, 2)
      stage.submit(0, 1, queued)
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r1 PENDING",
        "2 r1 TERMINATED",
        "2 r2 FAILURE_DELAY",
        "22 r2 PENDING",
        "24 r2 SETUP",
        "32 r2 TERMINATED",
        "32 r3 FAILURE_DELAY"
      ])
  },
  {
    label: "a runner held back is dropped, newest first, when it is no longer wanted",
    until: 20,
    play: (stage) => {
      stage.failSetUps(1, 2)
      stage.submit(0, 1, queued)
      stage.submit(0, 1, queued)
      stage.cancel(12, 1)
      stage.cancel(14, 2)
    },
    check: ({ log }) =>
      expect(log.slice(8)).toEqual([
        "12 q1 499 client_cancelled",
        "12 r4 TERMINATED",
        "14 q2 499 client_cancelled",
        "14 r3 TERMINATED"
      ])
  },
  {
    label: "a runner held back takes the machine types in force when it starts",
    until: 45,
    play: (stage) => {
      stage.failSetUps(1, 1)
      stage.submit(0, 1, queued)
      stage.scale(15, { machineTypes: ["GPU-H200"] })
      stage.note(42, "type", () => stage.view.machineTypeOf(2))
    },
    check: ({ notes }) => expect(notes["type"]).toBe("GPU-H200")
  },
  {
    label: "D16: a lowered maximum stops the idle ones, longest idle first, then the starting one",
    scaling: { maxConcurrency: 8 },
    warm: 5,
    until: 2,
    play: (stage) => {
      for (let n = 1; n <= 5; n++) stage.submit(-20, 12 + n)
      stage.submit(-4, 30)
      stage.submit(-4, 30)
      stage.scale(-3, { minConcurrency: 6 })
      stage.scale(0, { minConcurrency: 0, maxConcurrency: 2 })
    },
    check: ({ log }) =>
      expect(log).toEqual([
        ...[3, 4, 5, 6].map((n) => `0 r${n} TERMINATING`),
        "0 r6 TERMINATED",
        ...[3, 4, 5].map((n) => `1 r${n} TERMINATED`)
      ])
  },
  {
    label: "runners stop: the autoscaler may start another in the same instant; stopping it again does nothing",
    scaling: { minConcurrency: 1 },
    warm: 1,
    until: 8,
    play: (stage) => {
      stage.submit(-1, 5)
      stage.stop(0, 1)
      stage.stop(1, 1)
      stage.stop(2, 1, "replace")
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r1 DRAINING",
        "0 r2 PENDING",
        "2 r2 SETUP",
        "4 q1 200",
        "4 r1 TERMINATING",
        "5 r1 TERMINATED"
      ])
  },
  {
    label: "runners stop --replace: one replacement whatever demand says, then the stop",
    scaling: { maxConcurrency: 1 },
    warm: 1,
    until: 12,
    play: (stage) => {
      stage.stop(0, 1, "replace")
      stage.note(1, "marked", () => stage.view.isMarked(1))
      stage.note(10.5, "after", () => stage.view.isMarked(1))
    },
    check: ({ log, notes }) => {
      expect(notes).toEqual({ marked: true, after: false })
      expect(log).toEqual(["0 r2 PENDING", "2 r2 SETUP", "10 r2 IDLE", "10 r1 TERMINATING", "11 r1 TERMINATED"])
    }
  },
  {
    label: "runners kill in each state before service: nothing to signal, no back-off",
    scaling: { minConcurrency: 1 },
    until: 20,
    play: (stage) => {
      stage.kill(1, 1)
      stage.kill(4, 2)
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r1 PENDING",
        "1 r1 TERMINATED",
        "1 r2 PENDING",
        "3 r2 SETUP",
        "4 r2 TERMINATED",
        "4 r3 PENDING",
        "6 r3 SETUP",
        "14 r3 IDLE"
      ])
  },
  {
    label: "several GPUs a runner: who does not fit blocks nobody behind it",
    scaling: { maxConcurrency: 4 },
    revision: { gpus: 2 },
    capacity: 3,
    until: 26,
    play: (stage) => {
      for (let n = 0; n < 2; n++) stage.submit(0, 5, queued)
      stage.deploy(1, { strategy: "rolling", revision: { gpus: 1 } })
    },
    check: ({ log }) =>
      expect(log.filter((line) => /PENDING|SETUP|switched|TERMIN/.test(line))).toEqual([
        "0 r1 PENDING",
        "0 r2 PENDING",
        "1 r3 PENDING",
        "2 r1 SETUP",
        "3 r3 SETUP",
        "11 r2 TERMINATED",
        "11 revision 2 switched",
        "15 r1 TERMINATING",
        "16 r1 TERMINATED"
      ])
  },
  {
    label: "the second machine type is tried when the first is full",
    scaling: { maxConcurrency: 4 },
    revision: { machineTypes: ["GPU-H100", "GPU-A100"] },
    capacity: 1,
    until: 3,
    play: (stage) => {
      for (let n = 0; n < 2; n++) stage.submit(0, 5, queued)
      stage.note(1, "types", () => [stage.view.machineTypeOf(1), stage.view.machineTypeOf(2)])
    },
    check: ({ notes }) => expect(notes["types"]).toEqual(["GPU-H100", "GPU-A100"])
  },
  {
    label: "lowered capacity takes nothing away; new runners wait until it fits",
    scaling: { maxConcurrency: 3 },
    warm: 2,
    until: 12,
    play: (stage) => {
      stage.submit(-1, 5)
      stage.submit(-1, 7)
      stage.capacity(0, 1)
      stage.submit(1, 2)
      stage.stop(2, 1)
      stage.stop(2, 2)
    },
    check: ({ log }) =>
      expect(log.filter((line) => line.includes("r3") || line.includes("TERMINATED"))).toEqual([
        "1 r3 PENDING",
        "5 r1 TERMINATED",
        "7 r2 TERMINATED",
        "9 r3 SETUP"
      ])
  },
  {
    label: "failed health checks count once the start period and the startup timeout are over; three in a row stop",
    revision: {
      startupTimeoutSeconds: 20,
      healthCheck: {
        path: "/health",
        method: "GET",
        startPeriodSeconds: 30,
        timeoutSeconds: 5,
        failureThreshold: 3,
        callRegularly: false
      }
    },
    startsAt: 0,
    scaling: { minConcurrency: 1, maxConcurrency: 1 },
    until: 64,
    play: (stage) => {
      stage.scale(1, { startupTimeoutSeconds: 40 })
      for (const [at, ok] of [
        [30, false],
        [41, false],
        [43, false],
        [44, false],
        [45, true],
        [50, false],
        [51, false],
        [52, false]
      ] as const) {
        stage.check(at, 1, "regular", ok)
      }
    },
    check: ({ log }) =>
      expect(log.slice(3)).toEqual([
        "52 r1 TERMINATING",
        "52 r2 PENDING",
        "53 r1 TERMINATED",
        "54 r2 SETUP",
        "62 r2 IDLE"
      ])
  },
  {
    label: "a check on demand needs one failure only; a failed TCP check kills; an ending runner is not checked",
    revision: {
      healthCheck: {
        path: "/health",
        method: "GET",
        startPeriodSeconds: 30,
        timeoutSeconds: 5,
        failureThreshold: 3,
        callRegularly: false
      }
    },
    warm: 3,
    until: 4,
    play: (stage) => {
      for (let n = 1; n <= 3; n++) stage.submit(-1, 30)
      stage.answer(0, 1, 200, { healthCheck: true })
      stage.check(0.5, 1, "on_demand", false)
      stage.answer(1, 2, 500)
      stage.check(1.2, 2, "tcp", false)
      stage.stop(2, 3)
      stage.answer(2.5, 3, 500, { healthCheck: true })
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 q1 200",
        "0 r1 IDLE",
        "0 r1 health check",
        "0.5 r1 TERMINATING",
        "1 q2 500 runner_server_error",
        "1 r2 IDLE",
        "1 r2 TCP check",
        "1.2 r2 TERMINATED",
        "1.5 r1 TERMINATED",
        "2 r3 DRAINING",
        "2.5 q3 500 runner_server_error",
        "2.5 r3 TERMINATING",
        "3.5 r3 TERMINATED"
      ])
  }
]
