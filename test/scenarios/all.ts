import { corners } from "./corners.ts"
import { deploys } from "./deploys.ts"
import { force } from "./force.ts"
import { pace } from "./pace.ts"
import { policies } from "./policies.ts"
import { replaceFirst } from "./replaceFirst.ts"
import { requests } from "./requests.ts"
import { retries } from "./retries.ts"
import { runners } from "./runners.ts"
import { scaling } from "./scaling.ts"
import type { Scenario } from "./Scenario.ts"
import { stopFirst } from "./stopFirst.ts"
import { together } from "./together.ts"

/** Every scenario, for both worlds. */
export const scenarios: ReadonlyArray<Scenario> = [
  scaling,
  runners,
  requests,
  retries,
  stopFirst,
  force,
  replaceFirst,
  together,
  deploys,
  corners,
  pace,
  policies
].flat()
