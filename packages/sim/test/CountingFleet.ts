import { Fleet } from "@ebb/core/fleet/Fleet"
import type { FleetPort } from "@ebb/core/fleet/FleetPort"
import { RequestStage } from "@ebb/core/tables/RequestState"

/** A Fleet of one app that counts, from `fromMs` on, what queueing theory speaks of: arrivals, who waits, who is there. */
export class CountingFleet extends Fleet {
  arrivals = 0
  refused = 0
  waited = 0
  /** Time-integrals of the number in line and in the system (line and runners), in request-milliseconds. */
  waitingMs = 0
  presentMs = 0
  private lastMs: number
  private readonly fromMs: number

  constructor(port: FleetPort, fromMs: number) {
    super(port, { exitsReported: false })
    this.fromMs = fromMs
    this.lastMs = fromMs
  }

  /** Adds the time since the last change, in which the numbers stayed what they are. */
  advance(nowMs: number): void {
    if (nowMs <= this.lastMs) return
    const { inFlight, waiting } = this.state.apps[0]!
    this.waitingMs += waiting * (nowMs - this.lastMs)
    this.presentMs += (waiting + inFlight) * (nowMs - this.lastMs)
    this.lastMs = nowMs
  }

  override submit(...args: Parameters<Fleet["submit"]>): ReturnType<Fleet["submit"]> {
    this.advance(args[0])
    const request = super.submit(...args)
    if (args[0] < this.fromMs) return request
    this.arrivals++
    if (request === null) this.refused++
    else if (request.stage === RequestStage.waiting) this.waited++
    return request
  }

  override answer(...args: Parameters<Fleet["answer"]>): void {
    this.advance(args[0])
    super.answer(...args)
  }
}
