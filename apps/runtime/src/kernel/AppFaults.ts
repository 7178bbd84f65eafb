import type { AppFaultName, DoorStatus } from "@ebb/protocol/rest/Faults"

/** A fault that is in force until a Fleet time; `status`: what a front door fails with. */
interface InForce {
  readonly untilMs: number
  readonly status: DoorStatus
}

/** Faults of an app that are in force. */
export class AppFaults {
  private readonly all = new Map<AppFaultName, InForce>()

  begin(name: AppFaultName, fault: InForce): void {
    this.all.set(name, fault)
  }

  /** Null when it is not, or not any more. */
  find(name: AppFaultName, nowMs: number): InForce | null {
    const fault = this.all.get(name)
    return fault !== undefined && fault.untilMs > nowMs ? fault : null
  }

  isInForce(name: AppFaultName, nowMs: number): boolean {
    return this.find(name, nowMs) !== null
  }
}
