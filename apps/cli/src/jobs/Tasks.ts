import * as SeedRuns from "@ebb/sim/experiment/SeedRuns"
import type { AnyTask } from "@ebb/sim/jobs/Task"
import * as Trial from "@ebb/sim/sweep/Trial"

/** The tasks that a worker of ebb knows. */
export const tasks: ReadonlyArray<AnyTask> = [SeedRuns.task, Trial.task]
