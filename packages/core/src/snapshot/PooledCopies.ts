import { Request, Runner } from "../tables/Records.ts"
import type { Pool } from "../tables/Pool.ts"
import type { Copier } from "./Copy.ts"
import { requestFields, runnerFields } from "./RecordFields.ts"

type Writable<A> = { -readonly [Key in keyof A]: A[Key] }

/** So many records are copied between two pauses. */
const atOnce = 1000

/**
 * The copies of runners and requests, which are most of a Fleet: found by their slots, their plain fields copied as they are.
 * What they refer to is told by hand; a test finds what is forgotten.
 */
export class PooledCopies {
  private readonly runners: ReadonlyArray<Runner>
  private readonly requests: ReadonlyArray<Request>
  private readonly runnerCopies: Array<Writable<Runner>> = []
  private readonly requestCopies: Array<Writable<Request>> = []

  constructor(runners: Pool<Runner>, requests: Pool<Request>) {
    this.runners = runners.all
    this.requests = requests.all
  }

  readonly of = (original: object): object | undefined => {
    if (original instanceof Runner) return this.runnerCopies[original.slot]
    return original instanceof Request ? this.requestCopies[original.slot] : undefined
  };

  /** Before anything else is copied, as it may refer to them. */
  *make(): Generator<undefined, void> {
    const { requestCopies, requests, runnerCopies, runners } = this
    for (const original of runners) {
      const copy = new Runner(original.slot, original.app)
      runnerFields(copy, original)
      runnerCopies.push(copy)
      if (runnerCopies.length % atOnce === 0) yield
    }
    for (const original of requests) {
      const copy = new Request(original.slot, original.app)
      requestFields(copy, original)
      requestCopies.push(copy)
      if (requestCopies.length % atOnce === 0) yield
    }
  }

  /**
   * Leads what the copies refer to over to copies. The originals may have changed by now: what only they refer to never changes
   * itself, but is replaced.
   */
  *fill(copier: Copier): Generator<undefined, void> {
    for (const [at, runner] of this.runnerCopies.entries()) {
      this.fillRunner(runner, copier)
      runner.requests.first = this.request(runner.requests.first)
      runner.requests.last = this.request(runner.requests.last)
      if (at % atOnce === atOnce - 1) yield
    }
    for (const [at, request] of this.requestCopies.entries()) {
      this.fillRequest(request, copier)
      if (at % atOnce === atOnce - 1) yield
    }
    yield* copier.fillSteps()
  }

  /** Before the rest, for a copy in a world like that of the original. */
  takeCargo(copier: Copier): void {
    for (const [at, request] of this.requestCopies.entries()) request.cargo = copier.value(this.requests[at]!.cargo)
  }

  private fillRunner(runner: Writable<Runner>, copier: Copier): void {
    runner.app = copier.of(runner.app)
    runner.revision = copier.of(runner.revision)
    runner.machineTypes = copier.of(runner.machineTypes)
    if (runner.hints !== null) runner.hints = copier.of(runner.hints)
    if (runner.memberships !== null) runner.memberships = copier.of(runner.memberships)
    if (runner.free !== null) runner.free = copier.of(runner.free)
    if (runner.line !== null) runner.line = copier.of(runner.line)
    runner.prevPeer = this.runner(runner.prevPeer)
    runner.nextPeer = this.runner(runner.nextPeer)
    runner.prev = this.runner(runner.prev)
    runner.next = this.runner(runner.next)
  }

  private fillRequest(request: Writable<Request>, copier: Copier): void {
    request.app = copier.of(request.app)
    if (request.retryConfig !== null) request.retryConfig = copier.of(request.retryConfig)
    if (request.lostWith !== null) request.lostWith = copier.of(request.lostWith)
    request.runner = this.runner(request.runner)
    request.prev = this.request(request.prev)
    request.next = this.request(request.next)
    request.prevPeer = this.request(request.prevPeer)
    request.nextPeer = this.request(request.nextPeer)
  }

  private runner(original: Runner | null): Runner | null {
    return original === null ? null : this.runnerCopies[original.slot]!
  }

  private request(original: Request | null): Request | null {
    return original === null ? null : this.requestCopies[original.slot]!
  }
}
