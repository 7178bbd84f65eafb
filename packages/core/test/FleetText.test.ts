import { defaultRevision, defaultScaling } from "@ebb/core/domain/App"
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
