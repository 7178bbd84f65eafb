import type { RolloutRecord, Runner } from "@ebb/core/tables/Records"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import { Effect, Schedule } from "effect"
import { Portions } from "../kernel/Portions.ts"
import * as Turns from "../kernel/Turns.ts"

const weightOf = ({ members }: RolloutRecord): number => members.length

/**
 * Has a rollout written down as its runners end, one after another: one of few as soon as the present event is over, one of
 * many once a second at most, since each time takes a turn for every portion of them.
 */
export class MemberEnds {
  private readonly note: (rollout: RolloutRecord) => void
  private readonly few = new Portions<RolloutRecord, null>({ most: Turns.portion, weightOf }, (some) =>
    some.forEach(([rollout]) => this.write(rollout))
  )
  private readonly many = new Set<RolloutRecord>()

  constructor(note: (rollout: RolloutRecord) => void) {
    this.note = note
  }

  runnerChanged({ memberships, state }: Runner): void {
    if (state !== RunnerState.TERMINATED || memberships === null) return
    for (const { rollout } of memberships) {
      if (weightOf(rollout) > Turns.portion) this.many.add(rollout)
      else this.few.add(rollout, null)
    }
  }

  /** The end of one that has finished is written anyway. */
  private write(rollout: RolloutRecord): void {
    if (rollout.finishedAtMs === null) this.note(rollout)
  }

  /** Goes on for as long as its scope is open. */
  readonly everySecond = Effect.forkScoped(
    Effect.schedule(
      Effect.sync(() => {
        for (const rollout of this.many) this.write(rollout)
        this.many.clear()
      }),
      Schedule.spaced("1 second")
    )
  )
}
