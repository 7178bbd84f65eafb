import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Of each package the files that take longest, so that none of them is left alone at the end: they are not the largest. */
const longest = [
  "drain-check/test/Behaviours",
  "drain-check/test/Check",
  "drain-check/test/Detect",
  "sim/test/Jobs",
  "dashboard/test/Play",
  "dashboard/test/WrittenPages",
  "e2e/Cluster",
  "e2e/DryRun",
  "e2e/ClosedLoop",
  "e2e/Jobs",
  "e2e/Newcomer",
  "hostile/Limits",
  "hostile/Journals",
  "hostile/FuzzDoors",
  "hostile/Kills"
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
