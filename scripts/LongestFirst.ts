import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Of each package the files that take longest, so that none of them is left alone at the end: they are not the largest. */
const longest = [
  "drain-check/test/Behaviours",
  "drain-check/test/Check",
  "drain-check/test/Detect",
  "sim/test/Theory",
  "sim/test/Jobs",
  "runtime/test/LiveRun",
  "runtime/test/doors/DirectPort",
  "cli/test/Rehearse",
  "cli/test/Sweep",
  "cli/test/PlanGrace",
  "cli/test/terminal/Terminal",
  "cli/test/Completion",
  "dashboard/test/Play",
  "dashboard/test/Report",
  "dashboard/test/WrittenPages",
  "dashboard/test/LiveLoop",
  "dashboard/test/Live",
  "dashboard/test/LiveAlarms",
  "packages/Library",
  "packages/Action",
  "packages/Launcher",
  "packages/Wheel",
  "hostile/Limits",
  "hostile/FuzzDoors",
  "hostile/Journals",
  "hostile/Kills",
  "e2e/ClosedLoop",
  "e2e/Cluster",
  "e2e/FalClient",
  "e2e/DryRun",
  "e2e/RealtimePieces",
  "e2e/Processes",
  "e2e/OverlappingRollouts",
  "e2e/FrontDoor",
  "e2e/PointedClients",
  "e2e/Jobs",
  "e2e/CommandLine",
  "e2e/Newcomer"
]

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
  return place === -1 ? longest.length : place
}

/** Starts the longest test files first, then the others as vitest does. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const others = await super.sort(files)
    return others.toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}
