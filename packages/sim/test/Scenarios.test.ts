import { describe, it } from "vitest"
import { rollouts } from "../../../test/scenarios/rollouts.ts"
import { scaling } from "../../../test/scenarios/scaling.ts"
import { play } from "../../../test/scenarios/VirtualStage.ts"

describe("the worked examples of the platform rules, in virtual time", () => {
  for (const scenario of [...scaling, ...rollouts]) {
    it(scenario.label, () => scenario.check(play(scenario)))
  }
})
