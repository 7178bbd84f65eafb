import { deploys } from "./deploys.ts"
import { requests } from "./requests.ts"
import { rollouts } from "./rollouts.ts"
import { runners } from "./runners.ts"
import { scaling } from "./scaling.ts"
import type { Scenario } from "./Scenario.ts"
import { together } from "./together.ts"

/** Every scenario, for both worlds. */
export const scenarios: ReadonlyArray<Scenario> = [
  ...scaling,
  ...runners,
  ...requests,
  ...rollouts,
  ...together,
  ...deploys
]
