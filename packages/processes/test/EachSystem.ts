import { variable } from "@ebb/processes/system/CurrentSystem"
import { afterAll, beforeAll, describe } from "vitest"

const forced = (system: string, tests: () => void) => (): void => {
  const before = process.env[variable]
  beforeAll(() => {
    process.env[variable] = system
  })
  afterAll(() => {
    if (before === undefined) delete process.env[variable]
    else process.env[variable] = before
  })
  tests()
}

/** The same tests by /proc and by the programs that macOS has. */
export const describeEach = (name: string, tests: () => void): void => {
  for (const system of ["proc", "ps"]) describe(`${name}, by ${system}`, forced(system, tests))
}
