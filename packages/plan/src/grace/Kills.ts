import type { Prices } from "@ebb/core/domain/Machine"
import { addLost } from "@ebb/core/fleet/Ledger"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import type { Runner } from "@ebb/core/tables/Records"
import { EndCause } from "@ebb/core/tables/EndCause"
import type { Simulation } from "@ebb/sim/experiment/Simulation"
import { isOfFirst } from "@ebb/sim/measure/RunRecord"

const nothing = { lostMs: 0, lostBilledMs: new Map<string, number>() }

/**
 * What the end of the grace period takes from the runners of the first rollout, or a later force of the spec before. A runner that
 * crashes meanwhile loses its requests to the crash, whatever the grace period.
 */
export class Kills {
  requests = 0
  lostMs = 0
  readonly lostBilledMs = new Map<string, number>()
  private readonly prices: Prices
  private readonly simulation: Simulation

  private constructor(simulation: Simulation) {
    this.simulation = simulation
    this.prices = simulation.record.recorded.spec.prices
  }

  /** Of a run from now on; it cannot be copied any more. */
  static of(simulation: Simulation): Kills {
    const kills = new Kills(simulation)
    simulation.world.alsoWatch({ settled: () => {}, runnerChanged: () => {}, killed: (runner) => kills.note(runner) })
    return kills
  }

  /** The work on them, and what it had cost; no amount where a machine has no price. */
  get lostWork(): ReturnType<typeof RolloutReports.lostWork> {
    return RolloutReports.lostWork(nothing, this, this.prices)
  }

  private note(runner: Runner): void {
    const isOfRollout = runner.graceExceeded || runner.endCause === EndCause.escalation
    if (!isOfRollout || !isOfFirst(runner)) return
    for (let request = runner.requests.first; request !== null; request = request.nextPeer) {
      this.requests++
      addLost(this, request, runner, this.simulation.nowMs)
    }
  }
}
