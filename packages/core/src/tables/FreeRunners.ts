import { type Peer, PeerList } from "./PeerList.ts"

/** What the lists of free runners look at. */
interface FreeRunner<R extends FreeRunner<R>> extends Peer<R> {
  readonly number: number
  readonly inFlight: number
  readonly loadSinceMs: number
  readonly used: boolean
  free: FreeRunners<R> | null
}

type Since = Pick<FreeRunner<never>, "loadSinceMs" | "number">

const isEarlier = (a: Since, b: Since): boolean =>
  a.loadSinceMs < b.loadSinceMs || (a.loadSinceMs === b.loadSinceMs && a.number < b.number)

/** Runners with a free slot and the same load: longest at that load first, ties by lowest number. */
export class FreeRunners<R extends FreeRunner<R>> extends PeerList<R> {
  insert(runner: R): void {
    let after = this.last
    while (after !== null && isEarlier(runner, after)) after = after.prevPeer
    this.link(runner, after)
    runner.free = this
  }

  remove(runner: R): void {
    this.unlink(runner)
    runner.free = null
  }

  firstExcept(number: number): R | null {
    const first = this.first
    return first !== null && first.number === number ? first.nextPeer : first
  }
}

/** The free runners of an app that are marked, or those that are not: by load, the idle ones apart by whether they were ever used. */
export class FreeGroup<R extends FreeRunner<R>> {
  readonly used = new FreeRunners<R>()
  readonly fresh = new FreeRunners<R>()
  private readonly byLoad: Array<FreeRunners<R>> = []
  private lowest = Infinity

  listFor(runner: R): FreeRunners<R> {
    const load = runner.inFlight
    if (load === 0) return runner.used ? this.used : this.fresh
    for (let i = this.byLoad.length; i < load; i++) this.byLoad.push(new FreeRunners<R>())
    if (load < this.lowest) this.lowest = load
    return this.byLoad[load - 1]!
  }

  /** Fewest in flight, then longest at that load, then lowest number (platform rule 4.4); never the one excepted. */
  best(except: number): R | null {
    const idle = this.bestIdle(except)
    return idle !== null ? idle : this.bestBusy(except)
  }

  /** The longest idle, then the lowest number; never the one excepted. */
  bestIdle(except: number): R | null {
    const used = this.used.firstExcept(except)
    const fresh = this.fresh.firstExcept(except)
    if (used === null || fresh === null) return used ?? fresh
    return isEarlier(used, fresh) ? used : fresh
  }

  private bestBusy(except: number): R | null {
    while (this.lowest <= this.byLoad.length && this.byLoad[this.lowest - 1]!.first === null) this.lowest++
    for (let load = this.lowest; load <= this.byLoad.length; load++) {
      const runner = this.byLoad[load - 1]!.firstExcept(except)
      if (runner !== null) return runner
    }
    return null
  }
}
