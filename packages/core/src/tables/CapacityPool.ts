import type { Runner } from "./Runner.ts"

/** A team's machines by type, and the runners that wait for one, in order of creation (platform rule 12). */
export class CapacityPool {
  readonly team: string
  /** GPUs, or machines for CPU types; a type that is absent is unlimited. */
  readonly limits = new Map<string, number>()
  readonly used = new Map<string, number>()
  line: Array<Runner> = []
  changed = false

  constructor(team: string) {
    this.team = team
  }

  fits(type: string, amount: number): boolean {
    const limit = this.limits.get(type)
    return limit === undefined || (this.used.get(type) ?? 0) + amount <= limit
  }

  add(type: string, amount: number): void {
    this.used.set(type, (this.used.get(type) ?? 0) + amount)
  }
}
