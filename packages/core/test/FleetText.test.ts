import { defaultRevision, defaultScaling } from "@ebb/core/domain/App"
import * as Demand from "@ebb/core/fleet/Demand"
import { Fleet } from "@ebb/core/fleet/Fleet"
import * as FleetText from "@ebb/core/journal/FleetText"
import { deafWorld } from "@ebb/core/journal/Replay"
import { expect, it } from "vitest"

it("a Fleet in the midst of a step is written with the names by which earlier journals are read", () => {
  const fleet = new Fleet(deafWorld, { exitsReported: true, runnersAtOnce: 1 })
  const scaling = { ...defaultScaling, minConcurrency: 2 }
  fleet.addApp(0, { team: "t", env: "main", name: "app", scaling, revision: defaultRevision })
  const { fields } = JSON.parse(FleetText.write(fleet))
  expect(fields.FleetState).toContain("restarts")
  expect(fields.Restart).toEqual(["kills", "cause", "left", "rollouts", "dismissed", "sends", "grants"])
})

it("a Fleet is the same text whatever its scaler was asked last", () => {
  const fleet = new Fleet(deafWorld, { exitsReported: true, runnersAtOnce: 1 })
  const app = fleet.addApp(0, {
    team: "t",
    env: "main",
    name: "app",
    scaling: defaultScaling,
    revision: defaultRevision
  })
  const before = FleetText.write(fleet)
  Demand.target(fleet.state.apps[app]!, 3)
  expect(fleet.state.apps[app]!.targetFor).toBe(3)
  expect(FleetText.write(fleet)).toBe(before)
})
