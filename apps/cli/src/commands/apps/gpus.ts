import * as GpuCommand from "../../sandbox/GpuCommand.ts"

/** `ebb apps gpus APP` */
export const gpus = GpuCommand.make({ ofOneApp: true, description: "Count the GPUs that an app holds, by type." })
