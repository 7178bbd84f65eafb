import { expect } from "vitest"
import type { Scenario } from "./Scenario.ts"

const queued = { kind: 1 } as const

/** The stories of platform rule 9, and what they do to rollouts and back-off. */
export const deploys: ReadonlyArray<Scenario> = [
  {
    label: "W1: a rolling deploy switches when its verification runner serves",
    warm: 2,
    until: 14,
    play: (stage) => {
      stage.submit(-1, 13)
      stage.deploy(0, { strategy: "rolling" })
      stage.note(5, "counts", () => ({ ...stage.view.counts(), alive: stage.view.alive() }))
    },
    check: ({ log, notes }) => {
      expect(notes["counts"]).toMatchObject({ alive: 3, counted: 2 })
      expect(log).toEqual([
        "0 r3 PENDING",
        "2 r3 SETUP",
        "10 r3 IDLE",
        "10 r1 DRAINING",
        "10 r2 TERMINATING",
        "10 revision 2 switched",
        "11 r2 TERMINATED",
        "12 q1 200",
        "12 r1 TERMINATING",
        "13 r1 TERMINATED"
      ])
    }
  },
  {
    label: "W2: a set-up that crashes aborts the deploy and charges no back-off",
    warm: 2,
    until: 25,
    play: (stage) => {
      stage.slowSetUp(3, 6)
      stage.failSetUps(3, 3)
      stage.deploy(0, { strategy: "rolling" })
      stage.scale(9, { minConcurrency: 3 })
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r3 PENDING",
        "2 r3 SETUP",
        "8 r3 TERMINATED",
        "8 revision 2 aborted",
        "9 r4 PENDING",
        "11 r4 SETUP",
        "19 r4 IDLE"
      ])
  },
  {
    label: "W2: a verification runner that cannot be placed aborts it too, and nobody waits 20 s for that",
    warm: 1,
    until: 14,
    play: (stage) => {
      stage.failPlacing(2, 2)
      stage.deploy(0, { strategy: "rolling" })
      stage.scale(3, { minConcurrency: 2 })
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r2 PENDING",
        "2 r2 TERMINATED",
        "2 revision 2 aborted",
        "3 r3 PENDING",
        "5 r3 SETUP",
        "13 r3 IDLE"
      ])
  },
  {
    label: "W3: a recreate deploy switches at once; what waits starts the new revision",
    scaling: { maxConcurrency: 1 },
    warm: 1,
    until: 16,
    play: (stage) => {
      stage.submit(-1, 4)
      stage.submit(-0.5, 5, queued)
      stage.deploy(0, { strategy: "recreate" })
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r1 DRAINING",
        "0 revision 2 switched",
        "0 r2 PENDING",
        "2 r2 SETUP",
        "3 q1 200",
        "3 r1 TERMINATING",
        "4 r1 TERMINATED",
        "10 r2 IDLE",
        "10 r2 RUNNING",
        "10 q2 to r2",
        "15 q2 200",
        "15 r2 IDLE"
      ])
  },
  ...[
    { label: "W4: a deploy keeps the values that scale set", reset: {}, min: 5, keepAlive: 300 },
    {
      label: "W4: with --reset-scale those of the code are back",
      reset: { scaling: { minConcurrency: 1, keepAliveSeconds: 60, maxConcurrency: 10 } },
      min: 1,
      keepAlive: 60
    }
  ].map(({ keepAlive, label, min, reset }): Scenario => ({
    label,
    scaling: { minConcurrency: 1, keepAliveSeconds: 60 },
    until: 10,
    play: (stage) => {
      stage.scale(1, { minConcurrency: 5, keepAliveSeconds: 300 })
      stage.deploy(2, { strategy: "recreate", ...reset })
      stage.note(3, "scaling", () => stage.view.scaling())
    },
    check: ({ notes }) =>
      expect(notes["scaling"]).toMatchObject({ minConcurrency: min, keepAliveSeconds: keepAlive, maxConcurrency: 10 })
  })),
  {
    label: "what scale set of the code's own values lasts until the next deploy",
    scaling: { maxConcurrency: 1 },
    revision: { maxMultiplexing: 1 },
    until: 45,
    play: (stage) => {
      stage.submit(0, 3, queued)
      stage.scale(1, { maxMultiplexing: 2, machineTypes: ["GPU-H200"] })
      stage.submit(11, 8, queued)
      stage.submit(11, 8, queued)
      stage.note(12, "first", () => stage.view.machineTypeOf(1))
      stage.deploy(20, { strategy: "recreate" })
      stage.submit(21, 8, queued)
      stage.submit(21, 8, queued)
      stage.note(22, "second", () => stage.view.machineTypeOf(2))
    },
    check: ({ log, notes }) => {
      expect(notes).toEqual({ first: "GPU-H100", second: "GPU-H100" })
      expect(log.filter((line) => line.includes(" to "))).toEqual([
        "10 q1 to r1",
        "11 q2 to r1",
        "13 q3 to r1",
        "31 q4 to r2",
        "39 q5 to r2"
      ])
    }
  },
  {
    label: "a detached deploy switches before its runners are up",
    scaling: { minConcurrency: 1 },
    warm: 1,
    until: 11,
    play: (stage) => stage.deploy(0, { strategy: "rolling", detached: true }),
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r1 TERMINATING",
        "0 revision 2 switched",
        "0 r2 PENDING",
        "1 r1 TERMINATED",
        "2 r2 SETUP",
        "10 r2 IDLE"
      ])
  },
  {
    label: "of two rolling deploys the last one wins",
    warm: 1,
    until: 16,
    play: (stage) => {
      stage.deploy(0, { strategy: "rolling" })
      stage.deploy(4, { strategy: "rolling" })
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r2 PENDING",
        "2 r2 SETUP",
        "4 revision 2 aborted",
        "4 r2 TERMINATING",
        "4 r3 PENDING",
        "4 r2 TERMINATED",
        "6 r3 SETUP",
        "14 r3 IDLE",
        "14 r1 TERMINATING",
        "14 revision 3 switched",
        "15 r1 TERMINATED"
      ])
  },
  {
    label: "set-rev goes back to an earlier revision; to the current one it does nothing",
    warm: 1,
    until: 25,
    play: (stage) => {
      stage.deploy(0, { strategy: "rolling" })
      stage.setRevision(12, 2, "recreate")
      stage.setRevision(13, 1, "recreate")
    },
    check: ({ log }) =>
      expect(log.slice(4)).toEqual([
        "10 revision 2 switched",
        "11 r1 TERMINATED",
        "13 r2 TERMINATING",
        "13 revision 1 switched",
        "14 r2 TERMINATED"
      ])
  },
  {
    label: "a rollout leaves a verification runner alone; the switch ends what the rollout waits for",
    scaling: { minConcurrency: 1, maxConcurrency: 1 },
    warm: 1,
    until: 15,
    play: (stage) => {
      stage.submit(-1, 15)
      stage.deploy(0, { strategy: "rolling" })
      stage.rollout(1, { order: "replace_first" })
      stage.rollout(5, { order: "replace_first" })
      stage.note(6, "alive", () => stage.view.alive())
    },
    check: ({ log, notes, reports }) => {
      expect(notes["alive"]).toBe(3)
      expect(log).toEqual([
        "0 r2 PENDING",
        "1 r3 PENDING",
        "2 r2 SETUP",
        "3 r3 SETUP",
        "5 r3 TERMINATING",
        "5 r4 PENDING",
        "5 r3 TERMINATED",
        "5 rollout 2 finished",
        "7 r4 SETUP",
        "10 r2 IDLE",
        "10 r1 DRAINING",
        "10 r4 TERMINATING",
        "10 revision 2 switched",
        "10 r4 TERMINATED",
        "14 q1 200",
        "14 r1 TERMINATING",
        "15 r1 TERMINATED",
        "15 rollout 1 finished"
      ])
      expect(reports.map(({ runners }) => runners.map(({ id }) => id))).toEqual([["r1"], ["r3"]])
    }
  },
  {
    label: "a recreate deploy stops marked runners too, which ends their rollout",
    warm: 2,
    until: 12,
    play: (stage) => {
      stage.rollout(0, { order: "replace_first" })
      stage.deploy(4, { strategy: "recreate" })
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toContain("5 rollout 1 finished")
      expect(log.filter((line) => line.includes("PENDING"))).toEqual(["0 r3 PENDING", "0 r4 PENDING"])
      expect(report!.runners.map(({ endedBy }) => endedBy)).toEqual(["idle", "idle"])
    }
  },
  {
    label: "a runner held back starts with the new revision at the switch, if it is still wanted",
    scaling: { minConcurrency: 2, maxConcurrency: 2 },
    until: 65,
    play: (stage) => {
      stage.failSetUps(1, 2)
      stage.deploy(15, { strategy: "rolling", revision: { machineTypes: ["GPU-H200"] } })
      stage.note(30, "types", () => [stage.view.machineTypeOf(3), stage.view.machineTypeOf(5)])
    },
    check: ({ log, notes }) => {
      expect(notes["types"]).toEqual(["GPU-H200", "GPU-H200"])
      expect(log.slice(7)).toEqual([
        "10 r4 FAILURE_DELAY",
        "15 r5 PENDING",
        "17 r5 SETUP",
        "25 r5 IDLE",
        "25 r4 TERMINATED",
        "25 r3 PENDING",
        "25 revision 2 switched",
        "27 r3 SETUP",
        "35 r3 IDLE"
      ])
    }
  }
]
