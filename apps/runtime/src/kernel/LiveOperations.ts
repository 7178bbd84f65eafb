import * as Realtime from "@ebb/core/fleet/Realtime"
import type { Drivers } from "./Drivers.ts"
import type { RunnerFault } from "./LiveDriver.ts"
import type { LiveRunner } from "./LiveRunner.ts"
import type { Operations, World } from "./World.ts"

/** What an operator does to runners and sessions of the live world. */
export class LiveOperations implements Operations {
  private readonly world: World
  private readonly drivers: Drivers

  constructor(world: World, drivers: Drivers) {
    this.world = world
    this.drivers = drivers
  }

  fault(live: LiveRunner, fault: RunnerFault): void {
    this.world.input((fleet, nowMs) => {
      const runner = live.recordIn(fleet.state)
      if (runner !== null) this.drivers.of(live).fault(nowMs, runner, fault)
    })
  }

  closeIdleSessions(): void {
    const { fleet, requests } = this.world
    for (const live of requests.all()) {
      const request = fleet.state.requests.all[live.slot]
      if (live.session === null || request?.number !== live.number || !Realtime.isIdle(request)) continue
      live.session.close(Realtime.closedForRestart)
      this.world.tell((_, nowMs) => fleet.session(nowMs, request.slot, request.epoch, "closed"))
    }
  }
}
