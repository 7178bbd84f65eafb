import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises"
import type { Call } from "./Call.ts"
import type { CheckedServer } from "./CheckedServer.ts"
import type { Load } from "./Load.ts"
import type { Watch } from "./Watch.ts"

/** How long to look for an instant at which something is in flight. */
const momentWithinMs = 400
const burstWithinMs = 60
const burstsMax = 6
const burstSize = 40

/** A server that answers sooner than that has to be caught at work. */
const fastMs = 20
/** A request may be this old, as a share of what one takes, to be surely under way still. */
const freshShare = 0.25
const takenWithinMsMax = 50

const looksPerTurn = 4
const lookEveryMs = 1

interface Scene {
  readonly server: CheckedServer
  readonly load: Load
  readonly watch: Watch
}

/** Stands still: on a busy machine the next turn of this process may come only when all that was sent is answered. */
const stand = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/** What a quarter of the answers took at most; null without any. Seen from here, so never less than it was. */
const usualMs = (calls: ReadonlyArray<Call>): number | null => {
  const tookMs = calls.flatMap(({ endedAtMs, outcome, sentAtMs }) =>
    outcome?.is !== "answered" || endedAtMs === null || sentAtMs === null ? [] : [endedAtMs - sentAtMs]
  )
  return tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length / 4)] ?? null
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

/** Whether something has been sent so lately that it cannot have been answered yet; gives the server time to take it up. */
const isUnderWay =
  (freshMs: number) =>
  ({ load }: Scene): boolean => {
    const now = performance.now()
    const isFresh = [...load.open].some(({ sentAtMs }) => sentAtMs !== null && now - sentAtMs <= freshMs)
    if (isFresh) stand(Math.min(freshMs, takenWithinMsMax))
    return isFresh
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

/** A signal that meets a server at rest shows nothing: one that is is given several requests at once, to catch it at work. */
export const ofWork = async (scene: Scene): Promise<void> => {
  const usual = usualMs(scene.load.calls)
  const isFast = usual !== null && usual < fastMs
  const looks = isFast ? isAtWorkSoon : isUnderWay(usual === null ? Infinity : usual * freshShare)
  if (!isFast && (await within(scene, momentWithinMs, looks))) return
  for (let bursts = 0; bursts < burstsMax; bursts++) {
    scene.load.burst(burstSize)
    if (await within(scene, burstWithinMs, looks)) return
  }
}
