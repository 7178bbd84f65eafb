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
  /** By number: a map of many weighs twenty times as much. */
  private ordered: Array<LiveRunner> = []

  add(runner: LiveRunner): void {
    if (runner.place !== null) this.bySlot[runner.place.slot] = runner
    this.byId.set(runner.id, runner)
    this.ordered.splice(this.placeOf(runner.number), 0, runner)
  }

  of(runner: Runner): LiveRunner | null {
    const found = this.bySlot[runner.slot]
    return found !== undefined && found.number === runner.number ? found : null
  }

  numbered(number: number): LiveRunner | null {
    const found = this.ordered[this.placeOf(number)]
    return found?.number === number ? found : null
  }

  /** Of the first whose number is not smaller. */
  private placeOf(number: number): number {
    let from = 0
    let to = this.ordered.length
    if (to === 0 || this.ordered[to - 1]!.number < number) return to
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.ordered[middle]!.number < number) from = middle + 1
      else to = middle
    }
    return from
  }

  find(id: string): LiveRunner | null {
    return this.byId.get(id) ?? null
  }

  all(): Iterable<LiveRunner> {
    return this.ordered
  }

  /**
   * Of those that have ended, forgets whom nobody asks for any more, and the logs of the oldest beyond so many lines: the
   * ids of both.
   */
  forgetEnded({ beforeMs, endedRunners, endedLogLines }: EndedKept): Forgotten {
    const gone = new Set<LiveRunner>()
    const silent: Array<string> = []
    const ended = this.ordered.filter(({ endedAtMs }) => endedAtMs !== null)
    ended.sort((a, b) => b.endedAtMs! - a.endedAtMs!)
    let lines = 0
    for (const [at, runner] of ended.entries()) {
      if (at >= endedRunners || runner.endedAtMs! < beforeMs) {
        this.forget(runner)
        gone.add(runner)
      }
      const { from, to } = runner.logs.kept
      lines += to - from
      if (lines <= endedLogLines || to === from) continue
      runner.logs.forget()
      silent.push(runner.id)
    }
    if (gone.size > 0) this.ordered = this.ordered.filter((runner) => !gone.has(runner))
    return { gone: Array.from(gone, ({ id }) => id), silent }
  }

  private forget(runner: LiveRunner): void {
    this.byId.delete(runner.id)
    const slot = runner.place?.slot
    if (slot !== undefined && this.bySlot[slot] === runner) this.bySlot[slot] = undefined
  }
}
