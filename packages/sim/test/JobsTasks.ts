import * as SeedRuns from "@ebb/sim/experiment/SeedRuns"
import type { AnyTask, Task } from "@ebb/sim/jobs/Task"
import { Effect } from "effect"

/** Never ends by itself, and does not let anything else happen on its thread. */
export const endless: Task<null, null> = {
  name: "endless",
  run: (_spec, _input, tell) =>
    Effect.sync(() => {
      tell(0, 0)
      for (;;) continue
    })
}

/** Takes its thread down with it. */
export const deadly: Task<null, null> = {
  name: "deadly",
  run: () =>
    Effect.callback(() => {
      queueMicrotask(() => {
        throw new Error("struck by lightning")
      })
    })
}

/** Has a mistake of ours in it. */
export const broken: Task<null, null> = { name: "broken", run: () => Effect.die(new Error("a mistake")) }

export const tasks: ReadonlyArray<AnyTask> = [SeedRuns.task, endless, deadly, broken]
