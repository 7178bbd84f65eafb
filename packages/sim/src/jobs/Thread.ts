import { Context } from "effect"

/** Whether work has to let other work happen on its thread: a worker has nothing else to do. */
export const isShared = Context.Reference<boolean>("@ebb/sim/Thread/isShared", { defaultValue: () => true })
