import { describe, it } from "vitest"
import { playLive } from "../../../test/scenarios/LiveStage.ts"
import { rollouts } from "../../../test/scenarios/rollouts.ts"
import { scaling } from "../../../test/scenarios/scaling.ts"

describe("the worked examples of the platform rules, in the live world at clock speed", () => {
  for (const scenario of [...scaling, ...rollouts]) {
    it.concurrent(scenario.label, async () => scenario.check(await playLive(scenario)))
  }
})
