import type { Fleet } from "@ebb/core/fleet/Fleet"
import type { Clock } from "./Clock.ts"
import type { LiveApp } from "./LiveApp.ts"
import type { OpenRequests } from "./OpenRequests.ts"
import type { Pacer } from "./Pacer.ts"
import type { Runners } from "./Runners.ts"
import type { World } from "./World.ts"

/** The live world: a Fleet at the time of the wall clock, and who is in it. */
export class LiveWorld implements World {
  readonly clock: Clock
  readonly pacer: Pacer
  readonly fleet: Fleet
  readonly runners: Runners
  readonly requests: OpenRequests
  readonly apps: Array<LiveApp>

  constructor(parts: Pick<World, "apps" | "clock" | "pacer" | "fleet" | "runners" | "requests">) {
    this.apps = parts.apps
    this.clock = parts.clock
    this.pacer = parts.pacer
    this.fleet = parts.fleet
    this.runners = parts.runners
    this.requests = parts.requests
  }

  input<A>(run: (fleet: Fleet, nowMs: number) => A): A {
    return this.pacer.input((nowMs) => run(this.fleet, nowMs))
  }

  tell(run: (fleet: Fleet, nowMs: number) => void): void {
    if (!this.pacer.isStopped) this.pacer.news((nowMs) => run(this.fleet, nowMs))
  }
}

/** Wall time of the Fleet's present input: what came to pass by itself did so then, however late the machine was. */
export const presentMs = ({ clock, fleet }: World): number => clock.wallMs(fleet.state.nowMs)
