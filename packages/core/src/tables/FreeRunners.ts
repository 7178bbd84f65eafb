import { PeerList } from "./PeerList.ts"
import type { Runner } from "./Runner.ts"

const isEarlier = (a: Runner, b: Runner): boolean =>
  a.loadSinceMs < b.loadSinceMs || (a.loadSinceMs === b.loadSinceMs && a.number < b.number)

/** Runners with a free slot and the same load: longest at that load first, ties by lowest number. */
export class FreeRunners extends PeerList {
  insert(runner: Runner): void {
    let after = this.last
    while (after !== null && isEarlier(runner, after)) after = after.prevPeer
    this.link(runner, after)
    runner.free = this
  }

  remove(runner: Runner): void {
    this.unlink(runner)
    runner.free = null
  }

  firstExcept(number: number): Runner | null {
    const first = this.first
    return first !== null && first.number === number ? first.nextPeer : first
  }
}

/** The free runners of an app that are marked, or those that are not: by load, the idle ones apart by whether they were ever used. */
export class FreeGroup {
  readonly used = new FreeRunners()
  readonly fresh = new FreeRunners()
  private readonly byLoad: Array<FreeRunners> = []
  private lowest = Infinity

  listFor(runner: Runner): FreeRunners {
    const load = runner.inFlight
    if (load === 0) return runner.used ? this.used : this.fresh
    for (let i = this.byLoad.length; i < load; i++) this.byLoad.push(new FreeRunners())
    if (load < this.lowest) this.lowest = load
    return this.byLoad[load - 1]!
  }

  /** Fewest in flight, then longest at that load, then lowest number (platform rule 4.4); never the one excepted. */
  best(except: number): Runner | null {
    const idle = this.bestIdle(except)
    return idle !== null ? idle : this.bestBusy(except)
  }

  /** The longest idle, then the lowest number; never the one excepted. */
  bestIdle(except: number): Runner | null {
    const used = this.used.firstExcept(except)
    const fresh = this.fresh.firstExcept(except)
    if (used === null || fresh === null) return used ?? fresh
    return isEarlier(used, fresh) ? used : fresh
  }

  private bestBusy(except: number): Runner | null {
    while (this.lowest <= this.byLoad.length && this.byLoad[this.lowest - 1]!.first === null) this.lowest++
    for (let load = this.lowest; load <= this.byLoad.length; load++) {
      const runner = this.byLoad[load - 1]!.firstExcept(except)
      if (runner !== null) return runner
    }
    return null
  }
}
