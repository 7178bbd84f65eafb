import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises"
import type { Exchange } from "../client/Exchange.ts"
import type { CheckedServer } from "./CheckedServer.ts"
import { KeptTraffic } from "../traffic/KeptTraffic.ts"
import type { Traffic } from "../traffic/Traffic.ts"
import type { Watch } from "../traffic/Watch.ts"

/** How long to look for an instant at which something is in flight. */
const momentWithinMs = 2000
const burstWithinMs = 60
const burstsMax = 6
const burstSize = 40

/** A server that answers sooner than that has to be caught at work. */
const fastMs = 100
/** A request may be this old, as a share of what one takes, to be surely under way still. */
const freshShare = 0.25
const takenWithinMsMax = 60
const takenEveryMs = 15

const fastStandMs = 5
const heldMsMax = 500
const heldStepMs = 5

interface Scene {
  readonly server: CheckedServer
  readonly traffic: Traffic
  readonly watch: Watch
}

/** Stands still: on a busy machine the next turn of this process may come only when all that was sent is answered. */
const stand = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/** What answers took at least, and a quarter of them at most; null without any. */
const tookMs = (calls: ReadonlyArray<Exchange>): { readonly least: number; readonly usual: number } | null => {
  const each = calls.flatMap(({ endedAtMs, outcome, sentAtMs }) =>
    outcome?.is !== "answered" || endedAtMs === null || sentAtMs === null ? [] : [endedAtMs - sentAtMs]
  )
  const sorted = each.toSorted((a, b) => a - b)
  const [least] = sorted
  return least === undefined ? null : { least, usual: sorted[Math.floor(sorted.length / 4)] ?? least }
}

/** Whether something that was sent within that time was taken up, and is not answered. */
const isAtWork = ({ traffic, watch }: Scene, withinMs: number): boolean => {
  watch.look()
  const sinceMs = performance.now() - withinMs
  return [...traffic.open].some(({ isAtWork, sentAtMs }) => isAtWork && sentAtMs !== null && sentAtMs >= sinceMs)
}

/** Whether something was sent so lately that it cannot have been answered yet, and was taken up: it is given time for that. */
const isUnderWay =
  (freshMs: number) =>
  (scene: Scene): boolean => {
    const startMs = performance.now()
    const isFresh = ({ sentAtMs }: Exchange): boolean => sentAtMs !== null && startMs - sentAtMs <= freshMs
    if (![...scene.traffic.open].some(isFresh)) return false
    do {
      stand(Math.min(freshMs, takenEveryMs))
      // On a busy machine a look takes its time, in which requests grow old.
      if (isAtWork(scene, 2 * freshMs)) return true
    } while (performance.now() - startMs < Math.min(freshMs, takenWithinMsMax))
    return false
  }

/** Looks right behind the reading and writing that is due, where what was sent is as new as can be. */
const within = async (scene: Scene, withinMs: number, looks: (scene: Scene) => boolean): Promise<boolean> => {
  const untilMs = performance.now() + withinMs
  while (performance.now() < untilMs && scene.server.group.exit === undefined) {
    await sleep(1)
    await nextTurn()
    if (looks(scene)) return true
  }
  return false
}

/** A look takes as long as a fast server does to answer: it is sent so much at once that some will be in its hands. */
const atOnce = async ({ traffic }: Scene, leastMs: number): Promise<void> => {
  traffic.burst(burstSize)
  await sleep(1)
  await nextTurn()
  stand(Math.min(fastStandMs, leastMs * freshShare))
}

/**
 * A fast server on a busy machine has answered all it had, and closes its connections as idle, by the time it comes to see to
 * the signal. It is stopped for a moment in which a request is sent over every connection, and finds those with the signal.
 */
const inUse = async ({ server }: Scene, traffic: KeptTraffic): Promise<void> => {
  traffic.hold()
  const untilMs = performance.now() + heldMsMax
  while (traffic.open.size > 0 && performance.now() < untilMs) await sleep(heldStepMs)
  server.group.freeze()
  traffic.release()
  await sleep(heldStepMs)
  await nextTurn()
}

/**
 * A signal that meets a server at rest shows nothing: one that is is given several requests at once, to catch it at work.
 * Answers whether something was seen under way just now. `leastMs`: what an answer took in an earlier rollout, at the least.
 */
export const ofWork = async (scene: Scene, leastMs: number | null): Promise<boolean> => {
  // Answers that have begun are under way for sure.
  if ([...scene.traffic.open].some(({ firstByteAtMs }) => firstByteAtMs !== null)) return false
  const took = tookMs(scene.traffic.calls)
  // On a busy machine answers are read late and seem to have taken longer: the least is nearest to the truth.
  if (took !== null && (took.usual < fastMs || (leastMs !== null && leastMs < fastMs / 2))) {
    await (scene.traffic instanceof KeptTraffic ? inUse(scene, scene.traffic) : atOnce(scene, took.least))
    return false
  }
  const looks = isUnderWay(took === null ? Infinity : took.least * freshShare)
  if (await within(scene, momentWithinMs, looks)) return true
  // More of them only wait in line where there are so many already.
  for (let bursts = 0; bursts < burstsMax && scene.traffic.open.size < burstSize; bursts++) {
    scene.traffic.burst(burstSize)
    if (await within(scene, burstWithinMs, looks)) return true
  }
  return false
}
