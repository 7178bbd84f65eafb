import type { Profile } from "@ebb/sim/world/Profile"
import type { AppFaults } from "../../kernel/AppFaults.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"

/** How long things take in a world of many apps: each runner by the profile of its own revision, its app's faults on top. */
export const make = (runnerNumbered: (number: number) => LiveRunner, nowMs: () => number): Profile => {
  const of = (number: number): Profile => runnerNumbered(number).revision.profile
  const faults = (number: number): AppFaults => runnerNumbered(number).app.faults
  return {
    schedulingMs: (number) => of(number).schedulingMs(number),
    schedulingFails: (number) =>
      faults(number).isInForce("scheduling_failure", nowMs()) || of(number).schedulingFails(number),
    cached: (number) => of(number).cached(number),
    dockerPullMs: (number) => of(number).dockerPullMs(number),
    setupMs: (number) => of(number).setupMs(number),
    setupFails: (number) => faults(number).isInForce("setup_failure", nowMs()) || of(number).setupFails(number),
    teardownMs: (number) =>
      faults(number).isInForce("slow_teardown", nowMs()) ? Infinity : of(number).teardownMs(number),
    crashAfterMs: (number) => of(number).crashAfterMs(number),
    hangs: (request, attempt, runner) => of(runner).hangs?.(request, attempt, runner) ?? false,
    pace: (number) => of(number).pace(number),
    serviceMs: () => {
      throw new Error("a live request brings its own service time")
    }
  }
}
