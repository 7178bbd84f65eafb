import { describe, it } from "vitest"
import { playLive } from "../../../test/scenarios/LiveStage.ts"
import { scenarios } from "../../../test/scenarios/all.ts"

describe("the worked examples of the platform rules, in the live world at clock speed", () => {
  for (const scenario of scenarios) {
    it.concurrent(scenario.label, async () => scenario.check(await playLive(scenario)))
  }
})
