import { machineTypeOf, unitsOf } from "@ebb/core/fleet/Capacity"
import type { Runner } from "@ebb/core/tables/Records"
import type { Simulation } from "@ebb/sim/experiment/Simulation"
import { firstRollout } from "@ebb/sim/measure/RunRecord"

const msPerHour = 3_600_000

/**
 * What the end of the grace period takes from the runners of the first rollout. A runner that crashes meanwhile loses its
 * requests to the crash, whatever the grace period.
 */
export class Kills {
  requests = 0
  lostMs = 0
  /** What that work had cost; null where a machine has no price. */
  lostAmount: number | null = 0
  private readonly rates: Readonly<Record<string, number>>
  private readonly simulation: Simulation

  private constructor(simulation: Simulation) {
    this.simulation = simulation
    this.rates = simulation.record.recorded.spec.prices.rates
  }

  /** Of a run from now on; it cannot be copied any more. */
  static of(simulation: Simulation): Kills {
    const kills = new Kills(simulation)
    simulation.world.alsoWatch({ settled: () => {}, runnerChanged: () => {}, killed: (runner) => kills.note(runner) })
    return kills
  }

  private note(runner: Runner): void {
    if (!runner.graceExceeded || runner.memberships?.some(({ rollout }) => rollout.number === firstRollout) !== true)
      return
    for (let request = runner.requests.first; request !== null; request = request.nextPeer) {
      const ms = this.simulation.nowMs - request.startedAtMs
      this.requests++
      this.lostMs += ms
      this.pay(runner, ms)
    }
  }

  /** One slot of the machine for that time. */
  private pay(runner: Runner, ms: number): void {
    const rate = this.rates[machineTypeOf(runner)]
    const { maxMultiplexing } = runner.app.settings
    if (rate === undefined || this.lostAmount === null) this.lostAmount = null
    else this.lostAmount += (ms / msPerHour / maxMultiplexing) * unitsOf(runner) * rate
  }
}
