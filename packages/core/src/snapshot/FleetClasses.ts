import { Fleet } from "../fleet/Fleet.ts"
import { FleetState } from "../fleet/FleetState.ts"
import { AppState, AppTimer, AppTotals } from "../tables/AppState.ts"
import { BusyMarked } from "../tables/BusyMarked.ts"
import { CapacityPool } from "../tables/CapacityPool.ts"
import { FreeGroup, FreeRunners } from "../tables/FreeRunners.ts"
import { Histogram } from "../tables/Histogram.ts"
import { Pool } from "../tables/Pool.ts"
import { Request } from "../tables/Request.ts"
import { RequestChain, SortedRequests } from "../tables/RequestLists.ts"
import { Member, RolloutRecord, Tally } from "../tables/RolloutRecord.ts"
import { Runner } from "../tables/Runner.ts"
import type { Classes } from "./Snapshot.ts"

/** What a Fleet consists of. */
export const fleetClasses = {
  Fleet,
  FleetState,
  AppState,
  AppTimer,
  AppTotals,
  BusyMarked,
  CapacityPool,
  FreeGroup,
  FreeRunners,
  Histogram,
  Pool,
  Request,
  RequestChain,
  SortedRequests,
  Member,
  RolloutRecord,
  Tally,
  Runner
} satisfies Classes
