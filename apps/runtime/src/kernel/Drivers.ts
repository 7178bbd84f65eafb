import type { LiveDriver } from "./LiveDriver.ts"
import type { LiveRunner } from "./LiveRunner.ts"

/** Who drives a runner: the processes of its revision, or else all simulated runners have the same driver. */
export class Drivers {
  private readonly simulated: LiveDriver

  constructor(simulated: LiveDriver) {
    this.simulated = simulated
  }

  of({ revision }: LiveRunner): LiveDriver {
    return revision.processes ?? this.simulated
  }
}
