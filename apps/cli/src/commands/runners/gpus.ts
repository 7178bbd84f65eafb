import * as GpuCommand from "../../sandbox/GpuCommand.ts"

/** `ebb runners gpus` */
export const gpus = GpuCommand.make({ ofOneApp: false, description: "Count the GPUs that the team holds, by type." })
