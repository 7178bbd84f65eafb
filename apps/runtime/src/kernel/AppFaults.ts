import type { AppFaultName, DoorStatus } from "@ebb/protocol/rest/Faults"

/** A fault that is in force from one Fleet time to another; `status`: what a front door fails with. */
interface InForce {
  readonly sinceMs: number
  readonly untilMs: number
  readonly status: DoorStatus
}

/** Faults of an app that are in force. */
export class AppFaults {
  private readonly all = new Map<AppFaultName, InForce>()
  private readonly listeners = new Set<(name: AppFaultName) => void>()

  begin(name: AppFaultName, fault: InForce): void {
    this.all.set(name, fault)
    this.changed(name)
  }

  /** Whether it was in force. */
  end(name: AppFaultName, nowMs: number): boolean {
    const was = this.isInForce(name, nowMs)
    this.all.delete(name)
    this.changed(name)
    return was
  }

  /** Calls back whenever a fault begins, begins anew or is ended before its time, until the function that it answers is called. */
  listen(listener: (name: AppFaultName) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private changed(name: AppFaultName): void {
    for (const listener of this.listeners) listener(name)
  }

  /** Null when it is not, or not any more. */
  find(name: AppFaultName, nowMs: number): InForce | null {
    const fault = this.all.get(name)
    return fault !== undefined && fault.untilMs > nowMs ? fault : null
  }

  isInForce(name: AppFaultName, nowMs: number): boolean {
    return this.find(name, nowMs) !== null
  }

  /** Those in force, the oldest first. */
  list(nowMs: number): ReadonlyArray<readonly [name: AppFaultName, fault: InForce]> {
    return [...this.all].filter(([, { untilMs }]) => untilMs > nowMs)
  }
}
