import * as Gpus from "../../sandbox/Gpus.ts"

/** `ebb apps gpus APP` */
export const gpus = Gpus.make({ ofOneApp: true, description: "Count the GPUs that an app holds, by type." })
