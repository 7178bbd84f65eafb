import type { RunnerState } from "@ebb/core/tables/RunnerState"
import { Effect } from "effect"
import { limits } from "../edge/Limits.ts"
import { Apps } from "../kernel/Apps.ts"
import { Kernel } from "../kernel/Kernel.ts"
import type { LiveRevision, NamedApp } from "../kernel/LiveApp.ts"
import { LiveRunner } from "../kernel/LiveRunner.ts"
import { Logs } from "../kernel/Logs.ts"
import { type PastRunner, PastRunners, type PastRunnerStore } from "../store/PastRunnerStore.ts"
import { LastSign } from "./SignsOfLife.ts"
import * as Revisions from "./Revisions.ts"

/** When it was last heard of. */
const heardOf = ({ createdAtMs, endedAtMs, moments, readyAtMs }: PastRunner): number =>
  endedAtMs ?? Math.max(createdAtMs, readyAtMs ?? 0, moments.at(-1) ?? 0)

/** One that was alive when the sandbox was killed ended after what was last heard of any: this says when that was. */
const killedAfterMs = (all: ReadonlyArray<PastRunner>, lastSignMs: number): number =>
  all.reduce((lastMs, one) => Math.max(lastMs, heardOf(one)), lastSignMs)

const lost = "the sandbox was killed, and this runner with it; what it had printed is lost"

const logsOf = (stored: PastRunner, endedAtMs: number, past: PastRunnerStore): Logs => {
  const logs = new Logs(limits)
  for (const { level, message, timestamp } of past.logs(stored.id)) logs.add(level, message, Date.parse(timestamp))
  if (stored.endedAtMs === null) logs.add("WARN", lost, endedAtMs)
  return logs
}

const runnerOf = (
  stored: PastRunner,
  number: number,
  { app, endedAtMs, logs, revision }: { app: NamedApp; endedAtMs: number; logs: Logs; revision: LiveRevision }
): LiveRunner => {
  const { beganAtMs, createdAtMs, id, machineType, moments, readyAtMs, replaced } = stored
  const live = new LiveRunner({ id, number, place: null, app, revision, createdAtMs, logs })
  live.beganAtMs = beganAtMs
  live.readyAtMs = readyAtMs
  for (let at = 0; at < moments.length; at += 2) live.entered(moments[at] as RunnerState, moments[at + 1]!)
  live.endedAtMs = endedAtMs
  live.ended = { machineType, replaced }
  live.letGo()
  live.logs.end()
  return live
}

/** Brings back the runners of earlier runs, all of which have ended, once the apps are back. */
export const restore = Effect.gen(function* () {
  const past = yield* PastRunners
  const apps = yield* Apps
  const { world } = yield* Kernel
  const all = past.all()
  const killedMs = killedAfterMs(all, yield* LastSign)
  const revisions = new Map<string, LiveRevision | null>()
  for (const [at, stored] of all.entries()) {
    const app = apps.ever(stored.app)
    const listed = app?.revisions.find(({ id }) => id === stored.revision) ?? revisions.get(stored.revision)
    const revision = listed === undefined ? yield* Revisions.former(stored.app, stored.revision) : listed
    revisions.set(stored.revision, revision)
    if (app === null || revision === null) {
      past.forget([stored.id])
      continue
    }
    const endedAtMs = stored.endedAtMs ?? killedMs
    // Those of this run are numbered from 1.
    const live = runnerOf(stored, at - all.length, { app, revision, endedAtMs, logs: logsOf(stored, endedAtMs, past) })
    world.runners.add(live)
    if (stored.endedAtMs === null) past.save({ ...stored, endedAtMs }, live.logs.all())
  }
})
