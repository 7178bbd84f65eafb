import { describe, it } from "vitest"
import { scenarios } from "../../../test/scenarios/all.ts"
import { play } from "../../../test/scenarios/VirtualStage.ts"

describe("the worked examples of the platform rules, in virtual time", () => {
  for (const scenario of scenarios) {
    it(scenario.label, () => scenario.check(play(scenario)))
  }
})
