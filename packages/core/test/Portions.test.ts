import { defaultRevision, defaultScaling } from "@ebb/core/domain/App"
import { ErrorType } from "@ebb/core/fleet/ErrorType"
import type { Fleet } from "@ebb/core/fleet/Fleet"
import { type FleetPort, TimerKind } from "@ebb/core/fleet/FleetPort"
import { plainSubmission } from "@ebb/core/fleet/Intake"
import { journaled } from "@ebb/core/journal/Journal"
import { deafWorld, replay } from "@ebb/core/journal/Replay"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import type { RolloutRecord } from "@ebb/core/tables/Records"
import { Outcome, RequestKind } from "@ebb/core/tables/RequestState"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import { Result } from "effect"
import { describe, expect, it } from "vitest"

const runners = 7
const runnersAtOnce = 3
const revision = { ...defaultRevision, machineTypes: ["GPU-H100"] as const, gracePeriodSeconds: 30 }
const { DRAINING, IDLE, RUNNING, TERMINATED, TERMINATING } = RunnerState

/** A live Fleet of seven runners that has three in one input, a request in flight on each unless idle, and its journal. */
const bench = (isIdle = false) => {
  const lines: Array<string> = []
  const sink = { write: (bytes: Uint8Array) => lines.push(new TextDecoder().decode(bytes)) }
  const header = { journal: 2, ebb: "0", origin: "live", mode: null, seed: null, spec: {}, runnersAtOnce } as const
  const { makeFleet, writer } = journaled(header, sink)
  const due: Array<() => void> = []
  let nowMs = 0
  const started: Array<number> = []
  const handed: Array<number> = []
  const sent: Array<number> = []
  const lost: Array<number> = []
  const port: FleetPort = {
    ...deafWorld,
    start: ({ epoch, number, slot }) => {
      started.push(number)
      due.push(
        () => fleet.placed(nowMs, slot, epoch, true),
        () => fleet.ready(nowMs, slot, epoch)
      )
    },
    send: (request, { number }) => {
      sent.push(number)
      handed.push(request.number)
    },
    settle: ({ number, outcome }) => (outcome === Outcome.errored ? lost.push(number) : 0),
    wake: (kind, slot, epoch, atMs) => {
      const fire = () => fleet.timer(Math.max(atMs, nowMs), kind, slot, epoch)
      if (kind === TimerKind.portion) due.push(fire)
      // What is overdue comes before what is due.
      if (kind === TimerKind.expiry && atMs < nowMs) due.unshift(fire)
    }
  }
  const fleet: Fleet = makeFleet(port)
  const settle = (): void => {
    let left = 1000
    for (let next = due.shift(); next !== undefined && left > 0; next = due.shift(), left--) next()
  }
  const scaling = { ...defaultScaling, minConcurrency: runners, maxConcurrency: runners }
  fleet.addApp(0, { team: "t", env: "main", name: "app", scaling, revision })
  settle()
  const submit = () => fleet.submit(0, 0, { ...plainSubmission(RequestKind.direct), noRetry: true })!
  const requests = Array.from({ length: isIdle ? 0 : runners }, submit)
  const first = [...fleet.state.runners.all]
  return {
    fleet,
    due,
    started,
    handed,
    sent,
    lost,
    settle,
    submit,
    requests,
    states: () => first.map(({ state }) => state),
    app: fleet.state.apps[0]!,
    at: (ms: number) => (nowMs = ms),
    roll: (force: boolean): RolloutRecord => fleet.rollout(0, 0, { force, order: null })[0]!,
    journal: () => {
      writer.end()
      return lines.join("")
    }
  }
}

const times = <A>(count: number, what: A): ReadonlyArray<A> => Array.from({ length: count }, () => what)

describe("another step of more runners than one input takes", () => {
  it.each<readonly [string, (fleet: Fleet) => unknown]>([
    ["deleted", (fleet) => fleet.deleteApp(0, 0)],
    ["scaled down", (fleet) => fleet.scale(0, 0, { minConcurrency: 0, maxConcurrency: 1 })],
    ["deployed anew", (fleet) => fleet.deploy(0, 0, { revision, scaling: null, strategy: "recreate", detached: false })]
  ])("stops three runners in each further input when the app is %s", (_, command) => {
    const { app, due, fleet, settle, states } = bench()
    command(fleet)
    expect(states()).toEqual(times(7, RUNNING))
    due.shift()!()
    expect(states().filter((state) => state === DRAINING)).toHaveLength(3)
    expect(app.starting).toBe(0)
    settle()
    expect(states().filter((state) => state === DRAINING).length).toBeGreaterThan(5)
  })
})

describe("a revision with more runners than one input takes", () => {
  it("is killed three runners in each further input when it is deleted (platform rule 11)", () => {
    const { app, due, fleet, journal, lost, requests, settle, states } = bench()
    fleet.deploy(0, 0, { revision, scaling: null, strategy: "recreate", detached: false })
    fleet.killRevision(0, 0, 1)
    expect(states()).toEqual(times(7, DRAINING))
    while (!states().includes(TERMINATED)) due.shift()!()
    expect(states()).toEqual([...times(3, TERMINATED), ...times(4, DRAINING)])
    settle()
    expect(states()).toEqual(times(7, TERMINATED))
    expect(lost.toSorted((a, b) => a - b)).toEqual(requests.map(({ number }) => number))
    expect([app.revision.number, fleet.state.restarts!.size]).toEqual([2, 0])
    Result.getOrThrow(replay(journal()))
  })

  it("has its deploy given up at once; the current one stays as long as its app", () => {
    const { app, fleet, settle } = bench()
    fleet.deploy(0, 0, { revision, scaling: null, strategy: "rolling", detached: false })
    expect(app.verifying).not.toBeNull()
    fleet.killRevision(0, 0, 2)
    expect(app.verifying).toBeNull()
    expect(fleet.killRevision(0, 0, 1)).toBe(false)
    settle()
    expect([app.revision.number, app.serving]).toEqual([1, 7])
    fleet.deleteApp(0, 0)
    expect(fleet.killRevision(0, 0, 1)).toBe(true)
  })
})

describe("more requests in line than one input takes", () => {
  const lined = (kind: RequestKind = RequestKind.queued, startTimeoutMs: number | null = null) => {
    const all = bench()
    const submission = { ...plainSubmission(kind), startTimeoutMs }
    const waiting = Array.from({ length: 8 }, () => all.fleet.submit(0, 0, submission)!)
    return { ...all, waiting, numbers: waiting.map(({ number }) => number) }
  }

  it("are sent three in each input when every runner has another slot", () => {
    const { app, due, fleet, journal, numbers, handed, settle, started, submit } = lined()
    fleet.scale(0, 0, { maxMultiplexing: 2, maxConcurrency: 20 })
    expect(handed.slice(7)).toEqual(numbers.slice(0, 3))
    submit()
    expect(handed.slice(7)).toEqual(numbers.slice(0, 3))
    due.shift()!()
    // A direct request comes before queued ones.
    expect(handed.slice(7)).toEqual([...numbers.slice(0, 3), 16, ...numbers.slice(3, 5)])
    settle()
    expect(handed.slice(7)).toEqual([...numbers.slice(0, 3), 16, ...numbers.slice(3)])
    expect([app.waiting, started.length]).toEqual([0, 8])
    Result.getOrThrow(replay(journal()))
  })

  it("wait on where the slots are gone before their turn", () => {
    const { app, fleet, sent, settle } = lined()
    fleet.scale(0, 0, { maxMultiplexing: 2 })
    fleet.scale(0, 0, { maxMultiplexing: 1 })
    settle()
    expect([sent.length, app.waiting]).toEqual([10, 5])
    expect(fleet.state.restarts!.size).toBe(0)
  })

  it("end three in each further input when the app is deleted, then its runners are told", () => {
    const { app, due, fleet, journal, lost, numbers, settle, states } = lined()
    fleet.deleteApp(0, 0)
    expect([lost, app.waiting]).toEqual([[], 8])
    due.shift()!()
    expect(lost).toEqual(numbers.slice(0, 3))
    due.shift()!()
    due.shift()!()
    expect(lost).toEqual(numbers)
    expect(states()).toEqual([DRAINING, ...times(6, RUNNING)])
    settle()
    expect(states()).toEqual(times(7, DRAINING))
    expect(fleet.state.restarts!.size).toBe(0)
    Result.getOrThrow(replay(journal()))
  })

  it("have ended with the app before anything else happens to one of them", () => {
    const { app, fleet, journal, lost, numbers, settle, waiting } = lined(RequestKind.queued, 1000)
    fleet.deleteApp(0, 0)
    expect(fleet.cancel(0, waiting[7]!.slot, numbers[7]!, "cancelled")).toBe("ALREADY_COMPLETED")
    fleet.timer(1000, TimerKind.startTimeout, waiting[6]!.slot, numbers[6]!)
    expect(fleet.flush(1000, 0, null)).toBe(0)
    expect(lost).toEqual([numbers[7], numbers[6]])
    fleet.deleteApp(1000, 0)
    settle()
    expect(lost).toEqual([numbers[7], numbers[6], ...numbers.slice(0, 6)])
    expect(app.errors[ErrorType.runner_scheduling_failure]).toBe(8)
    Result.getOrThrow(replay(journal()))
  })

  it("that are direct have ended with the app, however long they have waited", () => {
    const { app, fleet, lost, settle } = lined(RequestKind.direct)
    fleet.deleteApp(0, 0)
    const { waitLimit } = app
    fleet.timer(waitLimit.atMs, TimerKind.waitLimit, 0, waitLimit.epoch)
    expect(lost).toHaveLength(8)
    expect(app.errors[ErrorType.runner_scheduling_failure]).toBe(8)
    settle()
    expect(lost).toHaveLength(8)
  })
})

describe("more runners than one input takes that wait for a machine", () => {
  it("are started three in each input once there are machines for all, by creation", () => {
    const { app, due, fleet, journal, settle, started, states } = bench()
    fleet.setCapacity(0, "t", "GPU-H100", runners)
    fleet.rollout(0, 0, { force: false, order: "replace_first" })
    settle()
    expect([app.starting, started.length]).toEqual([7, 7])
    fleet.setCapacity(0, "t", "GPU-H100", null)
    expect(started.slice(7)).toEqual([8, 9, 10])
    fleet.secretChanged(0, 0)
    fleet.submit(0, 0, plainSubmission(RequestKind.queued))
    expect(started.slice(7)).toEqual([8, 9, 10])
    for (let n = 0; n < 7; n++) due.shift()!()
    expect(started.slice(7)).toEqual([8, 9, 10, 11, 12, 13])
    settle()
    expect(started.slice(7)).toEqual([8, 9, 10, 11, 12, 13, 14])
    expect(states()).toEqual(times(7, DRAINING))
    expect(fleet.state.restarts!.size).toBe(0)
    Result.getOrThrow(replay(journal()))
  })
})

describe("more idle runners than one input takes", () => {
  const { keepAliveSeconds } = defaultScaling
  const laterMs = (keepAliveSeconds + 1) * 1000

  it("expire three in each further input, the longest idle first, and get no request meanwhile", () => {
    const { at, due, fleet, journal, sent, settle, states, submit } = bench(true)
    at(laterMs)
    fleet.scale(laterMs, 0, { minConcurrency: 0 })
    expect(states()).toEqual(times(7, IDLE))
    submit()
    expect(sent).toEqual([])
    due.shift()!()
    expect(states()).toEqual([...times(3, TERMINATING), ...times(4, IDLE)])
    settle()
    expect(states()).toEqual(times(7, TERMINATING))
    expect(sent).toEqual([8])
    Result.getOrThrow(replay(journal()))
  })

  it("expire down to the minimum", () => {
    const { at, fleet, settle, states } = bench(true)
    at(laterMs)
    fleet.scale(laterMs, 0, { minConcurrency: 2 })
    settle()
    expect(states()).toEqual([...times(5, TERMINATING), ...times(2, IDLE)])
  })

  it("are stopped when the maximum is lowered, though those that stay are past their keep-alive", () => {
    const { app, at, fleet, settle, states } = bench(true)
    at(laterMs)
    fleet.scale(laterMs, 0, { minConcurrency: 1, maxConcurrency: 1 })
    settle()
    expect(states()).toEqual([...times(6, TERMINATING), IDLE])
    expect(app.counted).toBe(1)
  })
})

describe("a revision whose first runner serves in the midst of a step", () => {
  const deploy = (fleet: Fleet) => fleet.deploy(0, 0, { revision, scaling: null, strategy: "rolling", detached: false })

  /** Its verification runner has just become ready: of a rollout none has its signal yet. */
  const verifiedInStep = () => {
    const all = bench()
    deploy(all.fleet)
    all.roll(false)
    for (const next of all.due.splice(0, 2)) next()
    return { ...all, first: all.fleet.state.runners.all[7]! }
  }

  it("takes over after the step", () => {
    const { app, due, first, settle, states } = verifiedInStep()
    expect([first.state, app.revision.number]).toEqual([IDLE, 1])
    expect(states()).toEqual(times(7, RUNNING))
    due.shift()!()
    expect(states().filter((state) => state === DRAINING)).toHaveLength(3)
    settle()
    expect(states()).toEqual(times(7, DRAINING))
    expect([first.state, first.verification, app.revision.number]).toEqual([IDLE, false, 2])
    expect([app.verifying, app.serving]).toEqual([null, 7])
  })

  it("has taken over before anything happens to that runner", () => {
    const { app, first, fleet, states } = verifiedInStep()
    fleet.stopRunner(0, first.slot, first.epoch, false)
    expect(states()).toEqual(times(7, DRAINING))
    expect([first.state, app.revision.number]).toEqual([TERMINATING, 2])
  })

  it("has taken over before another is deployed", () => {
    const { app, fleet, journal, settle, states } = verifiedInStep()
    deploy(fleet)
    expect(states()).toEqual(times(7, DRAINING))
    expect([app.revision.number, app.verifyingRevision?.number]).toEqual([2, 3])
    settle()
    expect(app.revision.number).toBe(3)
    Result.getOrThrow(replay(journal()))
  })
})

describe("a rollout of more runners than one input takes", () => {
  it("tells three of them in each further input, then starts three in each", () => {
    const { app, due, roll, states } = bench()
    const rollout = roll(false)
    expect(states()).toEqual(times(7, RUNNING))
    due.shift()!()
    expect(states()).toEqual([...times(3, DRAINING), ...times(4, RUNNING)])
    expect([app.starting, rollout.underWay]).toEqual([0, false])
    due.shift()!()
    due.shift()!()
    expect(states()).toEqual(times(7, DRAINING))
    expect([app.starting, rollout.underWay]).toEqual([3, true])
  })

  it("has what was in flight at its instant, and no request goes to its runners meanwhile", () => {
    const { fleet, requests, roll, sent, settle, states, submit } = bench()
    const rollout = roll(false)
    const { epoch, slot } = requests[6]!
    fleet.answer(0, slot, epoch, 200)
    expect(states()[6]).toBe(TERMINATING)
    submit()
    expect(sent).toHaveLength(7)
    settle()
    expect(sent).toHaveLength(8)
    expect(sent[7]).toBeGreaterThan(7)
    expect(RolloutReports.inFlightOf(rollout)).toMatchObject({ atStart: 7, drained: 1 })
  })

  it("by force loses what is in flight, answers that come meanwhile too", () => {
    const { fleet, lost, requests, roll, settle, states } = bench()
    const rollout = roll(true)
    const { epoch, slot } = requests[6]!
    fleet.answer(0, slot, epoch, 200)
    expect(lost).toEqual([7])
    settle()
    expect(lost).toEqual([7, 1, 2, 3, 4, 5, 6])
    expect(states()).toEqual(times(7, TERMINATED))
    expect(rollout.finishedAtMs).toBe(0)
    expect(RolloutReports.inFlightOf(rollout)).toMatchObject({ atStart: 7, drained: 0, errored: 7 })
  })

  it("is over before anything else happens to the app: a force meanwhile escalates all of it", () => {
    const { due, roll, settle, states } = bench()
    const rollout = roll(false)
    due.shift()!()
    expect(roll(true)).toBe(rollout)
    expect(states()).toEqual(times(7, DRAINING))
    settle()
    expect(states()).toEqual(times(7, TERMINATED))
    expect(rollout.members.map(({ endedBy }) => endedBy)).toEqual(times(7, "escalated"))
  })

  it.each<readonly [string, (fleet: Fleet) => unknown]>([
    ["deleted", (fleet) => fleet.deleteApp(0, 0)],
    ["scaled", (fleet) => fleet.scale(0, 0, { minConcurrency: 0 })],
    ["rolled out again", (fleet) => fleet.rollout(0, 0, { force: false, order: null })]
  ])("has told all its runners when the app is %s", (_, command) => {
    const { due, fleet, roll, settle, states } = bench()
    const rollout = roll(false)
    due.shift()!()
    command(fleet)
    expect(states()).toEqual(times(7, DRAINING))
    expect(rollout.underWay).toBe(true)
    settle()
    expect(rollout.members.map(({ signalledAtMs }) => signalledAtMs)).toEqual(times(7, 0))
  })

  it("replace first: all are marked at once, the replacements come three by three", () => {
    const { app, due, fleet } = bench()
    fleet.rollout(0, 0, { force: false, order: "replace_first" })
    expect([app.marked, app.starting]).toEqual([7, 0])
    due.shift()!()
    expect([app.marked, app.starting]).toEqual([7, 3])
    due.shift()!()
    expect([app.marked, app.starting]).toEqual([7, 6])
  })

  it("is the same again from its journal, whatever came between", () => {
    const { due, fleet, journal, requests, roll, settle, submit } = bench()
    roll(false)
    due.shift()!()
    const { epoch, slot } = requests[5]!
    fleet.answer(0, slot, epoch, 200)
    submit()
    roll(true)
    due.shift()!()
    settle()
    const { header } = Result.getOrThrow(replay(journal()))
    expect(header.runnersAtOnce).toBe(3)
  })
})
