import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises"
import type { Call } from "./Call.ts"
import type { CheckedServer } from "./CheckedServer.ts"
import type { Load } from "./Load.ts"
import type { Watch } from "./Watch.ts"

/** How long to look for an instant at which something is in flight. */
const momentWithinMs = 800
const burstWithinMs = 60
const burstsMax = 6
const burstSize = 40

/** A server that answers sooner than that has to be caught at work. */
const fastMs = 20
/** A request may be this old, as a share of what one takes, to be surely under way still. */
const freshShare = 0.25
const takenWithinMsMax = 200
const takenEveryMs = 25

const looksPerTurn = 4
const lookEveryMs = 1

interface Scene {
  readonly server: CheckedServer
  readonly load: Load
  readonly watch: Watch
}

/** Stands still: on a busy machine the next turn of this process may come only when all that was sent is answered. */
const stand = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/** What answers took at least, and a quarter of them at most; null without any. */
const tookMs = (calls: ReadonlyArray<Call>): { readonly least: number; readonly usual: number } | null => {
  const each = calls.flatMap(({ endedAtMs, outcome, sentAtMs }) =>
    outcome?.is !== "answered" || endedAtMs === null || sentAtMs === null ? [] : [endedAtMs - sentAtMs]
  )
  const sorted = each.toSorted((a, b) => a - b)
  const [least] = sorted
  return least === undefined ? null : { least, usual: sorted[Math.floor(sorted.length / 4)] ?? least }
}

const isAtWork = ({ load, watch }: Scene): boolean => {
  watch.look()
  return [...load.open].some((call) => call.isAtWork)
}

/** Whether a fast server is at work on anything, now or a moment later. */
const isAtWorkSoon = (scene: Scene): boolean => {
  for (let looks = 0; looks < looksPerTurn; looks++) {
    if (isAtWork(scene)) return true
    stand(lookEveryMs)
  }
  return false
}

/** Whether something was sent so lately that it cannot have been answered yet, and was taken up: it is given time for that. */
const isUnderWay =
  (freshMs: number) =>
  (scene: Scene): boolean => {
    const startMs = performance.now()
    const isFresh = ({ sentAtMs }: Call): boolean => sentAtMs !== null && startMs - sentAtMs <= freshMs
    if (![...scene.load.open].some(isFresh)) return false
    do stand(Math.min(freshMs, takenEveryMs))
    while (!isAtWork(scene) && performance.now() - startMs < Math.min(freshMs, takenWithinMsMax))
    return [...scene.load.open].some(({ isAtWork }) => isAtWork)
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

/**
 * A signal that meets a server at rest shows nothing: one that is is given several requests at once, to catch it at work.
 * Answers whether the last look at it shows what is in flight; a fast one has to be looked at again, with the signal.
 */
export const ofWork = async (scene: Scene): Promise<boolean> => {
  const took = tookMs(scene.load.calls)
  const isFast = took !== null && took.usual < fastMs
  // On a busy machine answers are read late and seem to have taken longer: the least is nearest to the truth.
  const looks = isFast ? isAtWorkSoon : isUnderWay(took === null ? Infinity : took.least * freshShare)
  if (!isFast && (await within(scene, momentWithinMs, looks))) return true
  for (let bursts = 0; bursts < burstsMax; bursts++) {
    scene.load.burst(burstSize)
    if (await within(scene, burstWithinMs, looks)) return !isFast
  }
  return false
}
