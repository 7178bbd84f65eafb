import * as Families from "@ebb/processes/Families"
import type { ProcessGroup } from "@ebb/processes/ProcessGroup"
import type { StopSignal } from "@ebb/processes/Signals"

/** Told what fails. */
type Failed = (error: unknown) => void

interface Told {
  readonly killed: Map<ProcessGroup, Failed>
  readonly stopped: Map<ProcessGroup, readonly [name: StopSignal, failed: Failed]>
}

interface Ended {
  readonly groups: Array<ProcessGroup>
  readonly done: Promise<unknown>
}

/**
 * Ends commands with all that they have started. To look for the processes of one runner costs as much as to look for those of
 * all: runners that are told to end in one turn share a look, and so do those that have ended.
 */
export class Leftovers {
  private told: Told | null = null
  private next: Ended | null = null
  private last: Promise<unknown> = Promise.resolve()
  /** Commands that were told to end, until nothing is left of them. */
  private readonly open = new Set<ProcessGroup>()

  /** Kills a command at the end of this turn. */
  kill(group: ProcessGroup, failed: Failed): void {
    this.thisTurn(group).killed.set(group, failed)
  }

  /** Sends a command its signal at the end of this turn, when it was seen who belongs to it. */
  terminate(group: ProcessGroup, name: StopSignal, failed: Failed): void {
    this.thisTurn(group).stopped.set(group, [name, failed])
  }

  /** Ends whatever processes a command that has ended left behind; resolves when there are none. */
  async end(group: ProcessGroup): Promise<void> {
    this.next ??= this.gather()
    this.next.groups.push(group)
    try {
      await this.next.done
    } finally {
      this.open.delete(group)
    }
  }

  /** Whether something may be left of a command that was told to end. */
  get areThere(): boolean {
    return this.open.size > 0
  }

  /** All that was told to end ends now. */
  async close(): Promise<void> {
    const left = [...this.open]
    if (left.length === 0) return
    Families.signal(left, [])
    await Families.end(left)
  }

  private thisTurn(group: ProcessGroup): Told {
    this.open.add(group)
    if (this.told === null) {
      this.told = { killed: new Map(), stopped: new Map() }
      queueMicrotask(() => this.tell())
    }
    return this.told
  }

  private tell(): void {
    const { killed, stopped } = this.told!
    this.told = null
    try {
      Families.signal(
        [...killed.keys()],
        Array.from(stopped, ([group, [name]]) => [group, name])
      )
    } catch (error) {
      for (const failed of killed.values()) failed(error)
      for (const [, failed] of stopped.values()) failed(error)
    }
  }

  private gather(): Ended {
    const groups: Array<ProcessGroup> = []
    const done = this.last
      .catch(() => {})
      .then(() => {
        this.next = null
        return Families.end(groups)
      })
    this.last = done
    return { groups, done }
  }
}
