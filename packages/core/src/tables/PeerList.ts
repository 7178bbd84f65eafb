import type { Runner } from "./Runner.ts"

/** Runners in an order, linked through themselves; a runner is in one such list at most. */
export class PeerList {
  first: Runner | null = null
  last: Runner | null = null

  /** Behind that one; null: before all others. */
  protected link(runner: Runner, after: Runner | null): void {
    const next = after === null ? this.first : after.nextPeer
    runner.prevPeer = after
    runner.nextPeer = next
    if (after === null) this.first = runner
    else after.nextPeer = runner
    if (next === null) this.last = runner
    else next.prevPeer = runner
  }

  protected unlink(runner: Runner): void {
    const { nextPeer, prevPeer } = runner
    if (prevPeer === null) this.first = nextPeer
    else prevPeer.nextPeer = nextPeer
    if (nextPeer === null) this.last = prevPeer
    else nextPeer.prevPeer = prevPeer
    runner.prevPeer = null
    runner.nextPeer = null
  }
}
