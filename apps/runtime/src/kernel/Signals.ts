import * as Portions from "@ebb/core/fleet/Portions"
import { Effect } from "effect"
import * as Turns from "./Turns.ts"
import type { World } from "./World.ts"

/** Every runner of the app that was told to end has its signal: where they are many, some have it in each turn of the event loop. */
export const signalled = ({ fleet, pacer }: World, app: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    const areLeft = (): boolean => Portions.areLeft(fleet.state, fleet.state.apps[app]!) && !pacer.isStopped
    return areLeft()
      ? Effect.promise(async () => {
          while (areLeft()) await Turns.turn()
        })
      : Effect.void
  })
