import type { Runner } from "@ebb/core/tables/Records"

/** That of the machine it has, or else would like best. */
export const machineTypeOf = (runner: Runner): string =>
  runner.machineTypes[runner.granted ? runner.machineType : 0] ?? runner.machineTypes[0]!
