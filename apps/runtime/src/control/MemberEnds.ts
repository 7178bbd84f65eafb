import type { RolloutRecord } from "@ebb/core/tables/Records"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import { Effect, Schedule } from "effect"
import { Portions } from "../kernel/Portions.ts"
import * as Turns from "../kernel/Turns.ts"

/** What matters here of a rollout. */
type Rolling = Pick<RolloutRecord, "finishedAtMs" | "members">

interface Ending<Rollout> {
  readonly state: RunnerState
  readonly memberships: ReadonlyArray<{ readonly rollout: Rollout }> | null
}

const weightOf = ({ members }: Rolling): number => members.length

/**
 * Has a rollout written down as its runners end, one after another: one of few as soon as the present event is over, one of
 * many once a second at most, since each time takes a turn for every portion of them.
 */
export class MemberEnds<Rollout extends Rolling> {
  private readonly note: (rollout: Rollout) => void
  private readonly few = new Portions<Rollout, null>({ most: Turns.portion, weightOf }, (some) =>
    some.forEach(([rollout]) => this.write(rollout))
  )
  private readonly many = new Set<Rollout>()

  constructor(note: (rollout: Rollout) => void) {
    this.note = note
  }

  runnerChanged({ memberships, state }: Ending<Rollout>): void {
    if (state !== RunnerState.TERMINATED || memberships === null) return
    for (const { rollout } of memberships) {
      if (weightOf(rollout) > Turns.portion) this.many.add(rollout)
      else this.few.add(rollout, null)
    }
  }

  /** The end of one that has finished is written anyway. */
  private write(rollout: Rollout): void {
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
