import * as ScalingTrial from "@ebb/plan/scaling/Trial"
import * as Day from "@ebb/plan/when/Day"
import * as SeedRuns from "@ebb/sim/experiment/SeedRuns"
import type { AnyTask } from "@ebb/sim/jobs/Task"
import * as Trial from "@ebb/sim/sweep/Trial"

/** The tasks that a worker of ebb knows. */
export const tasks: ReadonlyArray<AnyTask> = [SeedRuns.task, Trial.task, Day.task, ScalingTrial.task]
