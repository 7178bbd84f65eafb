import type { Clock } from "@ebb/runtime/kernel/Clock"

/** A clock that stands where it is put. */
export class Hands implements Clock {
  readonly speed = 1
  at = 0
  readonly nowMs = () => this.at
  readonly wallMs = (fleetMs: number) => fleetMs
  readonly fleetMs = (wallMs: number) => wallMs
}
