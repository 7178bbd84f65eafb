import { TimerKind } from "@ebb/core/fleet/FleetPort"
import { ProcessTimers } from "@ebb/runtime/kernel/ProcessTimers"
import { expect, test } from "vitest"
import { StalledSandbox } from "./StalledSandbox.ts"

test("are those of runners that are processes, and of an app while such are in force", () => {
  const { app, world } = new StalledSandbox({ minConcurrency: 1, maxConcurrency: 1 }, {})
  const timers = new ProcessTimers({ apps: world.apps, clock: world.clock, fleet: world.fleet })
  const ofAll = () => [TimerKind.grace, TimerKind.requestTimeout].map((kind) => timers.has(kind, 0))
  expect(ofAll()).toEqual([true, true])
  const inForce = world.fleet.state.apps[0]!
  inForce.revision = { ...inForce.revision, number: 2 }
  app.revisions.push({ ...app.revisions[0]!, inFleet: inForce.revision, processes: null })
  // The first runner, a process, is still there.
  expect(ofAll()).toEqual([true, false])
  app.revisions.shift()
  expect(ofAll()).toEqual([false, false])
  world.pacer.stop()
})
