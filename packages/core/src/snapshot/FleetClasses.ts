import { Fleet } from "../fleet/Fleet.ts"
import { FleetState } from "../fleet/FleetState.ts"
import { AppTimer } from "../tables/AppTimer.ts"
import { AppTotals } from "../tables/AppTotals.ts"
import { AppState, Member, Request, RolloutRecord, Runner } from "../tables/Records.ts"
import { Tally } from "../tables/Tally.ts"
import { BusyMarked } from "../tables/BusyMarked.ts"
import { CapacityPool, MachineLine } from "../tables/CapacityPool.ts"
import { FreeGroup, FreeRunners } from "../tables/FreeRunners.ts"
import { Histogram } from "../tables/Histogram.ts"
import { Pool } from "../tables/Pool.ts"
import { RequestChain, SortedBy, SortedRequests } from "../tables/RequestLists.ts"
import { UnfinishedStep } from "../tables/UnfinishedStep.ts"
import type { Filler, Records } from "./Copy.ts"
import { memberFields } from "./RecordFields.ts"
import type { Classes } from "./Snapshot.ts"

const maker = <A extends object>(
  { prototype }: { readonly prototype: A },
  make: (original: A) => A
): [object, (original: object) => object] => [prototype, (original) => make(original as A)]

const filler = <A extends object>(
  { prototype }: { readonly prototype: A },
  fill: (copy: A, original: A, of: <B extends object>(original: B) => B) => void
): [object, Filler] => [prototype, (copy, original, of) => fill(copy as A, original as A, of)]

/** How the records of a Fleet are made whose constructors want something. */
const makers = new Map([
  maker(Runner, ({ app, slot }) => new Runner(slot, app)),
  maker(Request, ({ app, slot }) => new Request(slot, app)),
  maker(Member, ({ rollout, runner, stateAtStart }) => new Member(rollout, runner, stateAtStart)),
  maker(SortedRequests, () => new SortedRequests(SortedBy.acceptance)),
  maker(AppState, ({ env, name, pool, scaler, scalerName, scaling, settings: revision, slot, team }) => {
    const app = { team, env, name, scaling, revision, scaler: scalerName }
    return new AppState(slot, app, pool, scaler)
  })
])

/** Records of which a Fleet may have thousands that are in no pool. */
const fillers = new Map([filler(Member, (copy, original, of) => memberFields(copy, original, of(original.rollout)))])

/** What is known of the records of a Fleet. */
export const fleetRecords: Records = { fillers, makers }

/** What a Fleet consists of. */
export const fleetClasses = {
  Fleet,
  FleetState,
  AppState,
  AppTimer,
  AppTotals,
  BusyMarked,
  CapacityPool,
  MachineLine,
  FreeGroup,
  FreeRunners,
  Histogram,
  Pool,
  Request,
  RequestChain,
  SortedRequests,
  Member,
  RolloutRecord,
  /** By its name in the journals that there are. */
  Restart: UnfinishedStep,
  Tally,
  Runner
} satisfies Classes
