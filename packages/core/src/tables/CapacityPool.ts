import { type Peer, PeerList } from "./PeerList.ts"

/** What the lines for machines look at. */
interface WaitingRunner<R extends WaitingRunner<R>> extends Peer<R> {
  readonly number: number
  readonly machineTypes: ReadonlyArray<string>
  readonly revision: { readonly settings: { readonly gpus: number } }
  line: MachineLine<R> | null
}

/** The runners of a team that wait for the same: as many GPUs, of the same types in the same order. By creation. */
export class MachineLine<R extends WaitingRunner<R>> extends PeerList<R> {
  readonly types: ReadonlyArray<string>
  readonly gpus: number
  constructor(types: ReadonlyArray<string>, gpus: number) {
    super()
    this.types = types
    this.gpus = gpus
  }

  insert(runner: R): void {
    let after = this.last
    while (after !== null && after.number > runner.number) after = after.prevPeer
    this.link(runner, after)
    runner.line = this
  }

  remove(runner: R): void {
    this.unlink(runner)
    runner.line = null
  }
}

/** A team's machines by type, and the runners that wait for one (platform rule 12). */
export class CapacityPool<R extends WaitingRunner<R>> {
  readonly team: string
  /** GPUs, or machines for CPU types; a type that is absent is unlimited. */
  readonly limits = new Map<string, number>()
  readonly used = new Map<string, number>()
  /** By what is waited for; one without runners goes. */
  readonly lines = new Map<string, MachineLine<R>>()
  changed = false

  constructor(team: string) {
    this.team = team
  }

  wait(runner: R): void {
    const { gpus } = runner.revision.settings
    const key = `${gpus} ${runner.machineTypes.join(" ")}`
    let line = this.lines.get(key)
    if (line === undefined) this.lines.set(key, (line = new MachineLine<R>(runner.machineTypes, gpus)))
    line.insert(runner)
  }

  /** The runner created first of all that some machine fits now; null when there is none. */
  firstThatFits(amountOf: (type: string, gpus: number) => number): R | null {
    let found: R | null = null
    for (const [key, line] of this.lines) {
      const { first, gpus, types } = line
      if (first === null) this.lines.delete(key)
      else if (found !== null && found.number < first.number) continue
      else if (types.some((type) => this.fits(type, amountOf(type, gpus)))) found = first
    }
    return found
  }

  fits(type: string, amount: number): boolean {
    const limit = this.limits.get(type)
    return limit === undefined || (this.used.get(type) ?? 0) + amount <= limit
  }

  add(type: string, amount: number): void {
    this.used.set(type, (this.used.get(type) ?? 0) + amount)
  }
}
