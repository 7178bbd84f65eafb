import * as Gpus from "../../sandbox/Gpus.ts"

/** `ebb runners gpus` */
export const gpus = Gpus.make({ ofOneApp: false, description: "Count the GPUs that the team holds, by type." })
