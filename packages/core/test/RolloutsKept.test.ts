import { defaultRevision, defaultScaling } from "@ebb/core/domain/App"
import { Fleet } from "@ebb/core/fleet/Fleet"
import type { FleetPort } from "@ebb/core/fleet/FleetPort"
import { plainSubmission } from "@ebb/core/fleet/Intake"
import { fleetOptionsOf } from "@ebb/core/journal/Journal"
import { fleetCopy } from "@ebb/core/snapshot/FleetCopy"
import type { Runner } from "@ebb/core/tables/Records"
import { RequestKind } from "@ebb/core/tables/RequestState"
import { expect, it } from "vitest"

const ignore = (): void => {}

/** A Fleet whose runners come up at once, never answer, and end when they are killed. */
const fleetThatKeeps = (rolloutsKept: number) => {
  const due: Array<() => void> = []
  const come = ({ epoch, slot }: Runner): void => {
    due.push(
      () => fleet.placed(0, slot, epoch, true),
      () => fleet.ready(0, slot, epoch)
    )
  }
  const port: FleetPort = {
    start: come,
    kill: ({ epoch, slot }) => due.push(() => fleet.exited(0, slot, epoch)),
    send: ignore,
    cancel: ignore,
    terminate: ignore,
    check: ignore,
    settle: ignore,
    close: ignore,
    wake: ignore,
    runnerChanged: ignore,
    rolloutChanged: ignore,
    deployChanged: ignore
  }
  const fleet = new Fleet(port, { exitsReported: true, rolloutsKept })
  const scaling = { ...defaultScaling, minConcurrency: 2, maxConcurrency: 2 }
  const revision = { ...defaultRevision, machineTypes: ["GPU-H100"] as const, maxMultiplexing: 4 }
  const settle = (): void => {
    for (let next = due.shift(); next !== undefined; next = due.shift()) next()
  }
  fleet.addApp(0, { team: "t", env: "main", name: "app", scaling, revision })
  settle()
  const forced = (meanwhile = ignore): void => {
    fleet.rollout(0, 0, { force: true, order: null })
    meanwhile()
    settle()
  }
  return { fleet, forced, kept: () => fleet.state.rollouts.map(({ number }) => number) }
}

it("of more rollouts than are kept the oldest are forgotten, but none that is still measured", () => {
  const { fleet, forced, kept } = fleetThatKeeps(2)
  forced()
  // It has no outcome for as long as nobody wakes the Fleet up to try it again.
  forced(() => void fleet.submit(0, 0, plainSubmission(RequestKind.queued)))
  expect(kept()).toEqual([1, 2])
  for (let n = 0; n < 4; n++) forced()
  expect(kept()).toEqual([2, 6])
  fleet.flush(0, 0, null)
  forced()
  expect(kept()).toEqual([6, 7])
})

it("eight that others have superseded are followed until their slots are back, and no more", () => {
  const { fleet, forced } = fleetThatKeeps(99)
  const scale = (runners: number) => void fleet.scale(0, 0, { minConcurrency: runners, maxConcurrency: runners })
  scale(14)
  forced()
  // Each time fewer come up again than there were.
  for (let runners = 13; runners > 0; runners--) forced(() => scale(runners))
  const numbers = fleet.state.apps[0]!.rollouts.map(({ number }) => number)
  expect(numbers).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14])
})

it("a journal of an earlier version followed none", () => {
  expect(fleetOptionsOf({ origin: "live" }).recoveriesFollowed).toBe(0)
  expect(fleetOptionsOf({ origin: "live", recoveriesFollowed: 3 }).recoveriesFollowed).toBe(3)
})

it("a copy has those in common with the original that are over, and its own of those that are not", () => {
  const { fleet, forced } = fleetThatKeeps(9)
  for (let n = 0; n < 3; n++) forced()
  fleet.rollout(0, 0, { force: false, order: null })
  const { state } = fleet
  const copied = fleetCopy(state, state.port).state
  expect(copied.rollouts.map((rollout, at) => rollout === state.rollouts[at])).toEqual([true, true, true, false])
  expect(copied.rollouts).not.toBe(state.rollouts)
  expect(copied.apps[0]!.rollouts).toEqual([copied.rollouts[3]])
  expect(copied.rollouts[3]!.members).toEqual(state.rollouts[3]!.members)
})
