/** What a list links: it stands in one such list at most. */
export interface Peer<R> {
  prevPeer: R | null
  nextPeer: R | null
}

/** Runners in an order, linked through themselves. */
export class PeerList<R extends Peer<R>> {
  first: R | null = null
  last: R | null = null

  /** Behind that one; null: before all others. */
  protected link(runner: R, after: R | null): void {
    const next = after === null ? this.first : after.nextPeer
    runner.prevPeer = after
    runner.nextPeer = next
    if (after === null) this.first = runner
    else after.nextPeer = runner
    if (next === null) this.last = runner
    else next.prevPeer = runner
  }

  protected unlink(runner: R): void {
    const { nextPeer, prevPeer } = runner
    if (prevPeer === null) this.first = nextPeer
    else prevPeer.nextPeer = nextPeer
    if (nextPeer === null) this.last = prevPeer
    else nextPeer.prevPeer = prevPeer
    runner.prevPeer = null
    runner.nextPeer = null
  }
}
