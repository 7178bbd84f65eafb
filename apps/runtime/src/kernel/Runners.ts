import type { Runner } from "@ebb/core/tables/Records"
import type { LiveRunner } from "./LiveRunner.ts"

/** What is kept of runners that have ended. */
export interface EndedKept {
  /** Wall time: those that ended earlier go. */
  readonly beforeMs: number
  /** So many of them. */
  readonly endedRunners: number
  /** So many lines of all their logs. */
  readonly endedLogLines: number
}

export interface Forgotten {
  readonly gone: ReadonlyArray<string>
  readonly silent: ReadonlyArray<string>
}

/** All runners that the sandbox knows of: those alive, and for a day those that have ended. */
export class Runners {
  private readonly bySlot: Array<LiveRunner | undefined> = []
  private readonly byId = new Map<string, LiveRunner>()
  private readonly byNumber = new Map<number, LiveRunner>()

  /** One of an earlier run has no slot: it is below 0. */
  add(runner: LiveRunner): void {
    if (runner.slot >= 0) this.bySlot[runner.slot] = runner
    this.byId.set(runner.id, runner)
    this.byNumber.set(runner.number, runner)
  }

  of(runner: Runner): LiveRunner | null {
    const found = this.bySlot[runner.slot]
    return found !== undefined && found.number === runner.number ? found : null
  }

  numbered(number: number): LiveRunner | null {
    return this.byNumber.get(number) ?? null
  }

  find(id: string): LiveRunner | null {
    return this.byId.get(id) ?? null
  }

  all(): Iterable<LiveRunner> {
    return this.byNumber.values()
  }

  /**
   * Of those that have ended, forgets whom nobody asks for any more, and the logs of the oldest beyond so many lines: the
   * ids of both.
   */
  forgetEnded({ beforeMs, endedRunners, endedLogLines }: EndedKept): Forgotten {
    const gone: Array<string> = []
    const silent: Array<string> = []
    const ended = [...this.byNumber.values()].filter(({ endedAtMs }) => endedAtMs !== null)
    ended.sort((a, b) => b.endedAtMs! - a.endedAtMs!)
    let lines = 0
    for (const [at, runner] of ended.entries()) {
      if (at >= endedRunners || runner.endedAtMs! < beforeMs) {
        this.forget(runner)
        gone.push(runner.id)
      }
      lines += runner.logs.size
      if (lines <= endedLogLines || runner.logs.size === 0) continue
      runner.logs.forget()
      silent.push(runner.id)
    }
    return { gone, silent }
  }

  private forget(runner: LiveRunner): void {
    this.byId.delete(runner.id)
    this.byNumber.delete(runner.number)
    if (this.bySlot[runner.slot] === runner) this.bySlot[runner.slot] = undefined
  }
}
