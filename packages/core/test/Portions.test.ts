import { defaultRevision, defaultScaling } from "@ebb/core/domain/App"
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
const { DRAINING, RUNNING, TERMINATED, TERMINATING } = RunnerState

/** A live Fleet of seven runners that has three in one input, a request in flight on each, and its journal. */
const bench = () => {
  const lines: Array<string> = []
  const sink = { write: (bytes: Uint8Array) => lines.push(new TextDecoder().decode(bytes)) }
  const header = { journal: 2, ebb: "0", origin: "live", mode: null, seed: null, spec: {}, runnersAtOnce } as const
  const { makeFleet, writer } = journaled(header, sink)
  const due: Array<() => void> = []
  const sent: Array<number> = []
  const lost: Array<number> = []
  const port: FleetPort = {
    ...deafWorld,
    start: ({ epoch, slot }) => {
      due.push(
        () => fleet.placed(0, slot, epoch, true),
        () => fleet.ready(0, slot, epoch)
      )
    },
    send: (_request, { number }) => sent.push(number),
    settle: ({ number, outcome }) => (outcome === Outcome.errored ? lost.push(number) : 0),
    wake: (kind, slot, epoch, atMs) => {
      if (kind === TimerKind.portion) due.push(() => fleet.timer(atMs, kind, slot, epoch))
    }
  }
  const fleet: Fleet = makeFleet(port)
  const settle = (): void => {
    for (let next = due.shift(); next !== undefined; next = due.shift()) next()
  }
  const scaling = { ...defaultScaling, minConcurrency: runners, maxConcurrency: runners }
  fleet.addApp(0, { team: "t", env: "main", name: "app", scaling, revision })
  settle()
  const submit = () => fleet.submit(0, 0, { ...plainSubmission(RequestKind.direct), noRetry: true })!
  const requests = Array.from({ length: runners }, submit)
  const first = [...fleet.state.runners.all]
  return {
    fleet,
    due,
    sent,
    lost,
    settle,
    submit,
    requests,
    states: () => first.map(({ state }) => state),
    app: fleet.state.apps[0]!,
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
