import { defaultRevision, defaultScaling } from "@ebb/core/domain/App"
import { Fleet } from "@ebb/core/fleet/Fleet"
import type { FleetPort } from "@ebb/core/fleet/FleetPort"
import { plainSubmission } from "@ebb/core/fleet/Intake"
import { RecordingPort } from "@ebb/core/journal/RecordingPort"
import { deafWorld } from "@ebb/core/journal/Replay"
import { decoder } from "@ebb/core/journal/Utf8"
import type { Request, Runner } from "@ebb/core/tables/Records"
import { RequestKind } from "@ebb/core/tables/RequestState"
import { expect, it } from "vitest"

/** A Fleet of one app with two runners, whose runners start and answer when a test has them do so. */
const twoRunners = () => {
  const told: Array<string> = []
  const starts: Array<Pick<Runner, "slot" | "epoch">> = []
  const sent: Array<Pick<Request, "slot" | "epoch">> = []
  const port: FleetPort = {
    ...deafWorld,
    start: ({ epoch, slot }) => void starts.push({ epoch, slot }),
    send: ({ epoch, slot }) => void sent.push({ epoch, slot }),
    rolloutChanged: ({ number, unsettled, windowEndMs }, how) =>
      void told.push(`${number} ${how}, window ${windowEndMs === null ? "open" : "over"}, ${unsettled} unsettled`)
  }
  const recorded = new RecordingPort(port)
  const fleet = new Fleet(recorded, { exitsReported: false })
  const come = (atMs: number): void => {
    for (const { epoch, slot } of starts.splice(0)) {
      fleet.placed(atMs, slot, epoch, true)
      fleet.ready(atMs, slot, epoch)
    }
  }
  const answer = (atMs: number): void => {
    for (const { epoch, slot } of sent.splice(0)) fleet.answer(atMs, slot, epoch, 200)
  }
  const submit = (atMs: number) => fleet.submit(atMs, 0, plainSubmission(RequestKind.direct))
  const force = (atMs: number) => fleet.rollout(atMs, 0, { force: true, order: null })
  const scaling = { ...defaultScaling, minConcurrency: 2, maxConcurrency: 2 }
  fleet.addApp(0, { team: "t", env: "main", name: "app", scaling, revision: defaultRevision })
  come(0)
  const journal = (): string => decoder.decode(recorded.outputs.all.subarray(0, recorded.outputs.length))
  return { fleet, force, come, answer, submit, told, journal }
}

/** A rollout that has finished, and of whose two runners one is coming back. */
const oneComesBack = () => {
  const world = twoRunners()
  world.force(1)
  world.fleet.scale(1, 0, { minConcurrency: 1, maxConcurrency: 1 })
  world.told.length = 0
  return world
}

it("tells once that the window has ended with which nothing else is told", () => {
  const { come, told } = oneComesBack()
  come(5)
  expect(told).toEqual(["1 measured, window over, 0 unsettled"])
})

it("tells once more when the last request of the window has its outcome, and of no later request", () => {
  const { answer, come, submit, told } = oneComesBack()
  submit(2)
  submit(3)
  come(5)
  answer(6)
  answer(7)
  submit(8)
  answer(9)
  expect(told).toEqual(["1 measured, window over, 1 unsettled", "1 measured, window over, 0 unsettled"])
})

it("tells of one whose window the next rollout ends", () => {
  const { force, told } = oneComesBack()
  force(3)
  expect(told[0]).toBe("1 measured, window over, 0 unsettled")
  expect(told.filter((line) => line.startsWith("1 measured"))).toHaveLength(1)
})

it("tells of the window of one whose slots are back only what happens later", () => {
  const { answer, come, force, submit, told } = twoRunners()
  force(1)
  submit(2)
  come(5)
  expect(told.at(-1)).toBe("1 recovered, window over, 1 unsettled")
  answer(6)
  expect(told.slice(-2)).toEqual(["1 recovered, window over, 1 unsettled", "1 measured, window over, 0 unsettled"])
})

it("is no part of a journal", () => {
  const { come, journal, told } = oneComesBack()
  come(5)
  expect(told).toHaveLength(1)
  expect(journal()).toContain("rollout 1 finished 0\n")
  expect(journal()).not.toContain("measured")
})
