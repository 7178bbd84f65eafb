import * as Cuts from "@ebb/plan/grace/Cuts"
import * as InFlight from "@ebb/plan/grace/InFlight"
import * as ScalingTrial from "@ebb/plan/scaling/Trial"
import * as Day from "@ebb/plan/when/Day"
import * as SeedRuns from "@ebb/sim/experiment/SeedRuns"
import type { AnyTask } from "@ebb/sim/jobs/Task"
import * as SweepTrial from "@ebb/sim/sweep/Trial"

/** The tasks that a worker of ebb knows. */
export const tasks: ReadonlyArray<AnyTask> = [
  SeedRuns.task,
  SweepTrial.task,
  InFlight.task,
  Cuts.task,
  Day.task,
  ScalingTrial.task
]
