import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises"
import type { CheckedServer } from "./CheckedServer.ts"
import type { Load } from "./Load.ts"
import type { Watch } from "./Watch.ts"

/** How long to look for an instant at which something is in flight. */
const momentWithinMs = 200
const burstWithinMs = 60
const burstsMax = 6
const burstSize = 40

interface Scene {
  readonly server: CheckedServer
  readonly load: Load
  readonly watch: Watch
}

const isAtWork = ({ load, watch }: Scene): boolean => {
  watch.look()
  return [...load.open].some((call) => call.isAtWork)
}

const looksPerTurn = 4
const lookEveryMs = 1
const nobody = new Int32Array(new SharedArrayBuffer(4))

/** Whether the server is at work on anything, now or a moment later. It blocks: a fast one is done before the next turn. */
const isAtWorkSoon = (scene: Scene): boolean => {
  for (let looks = 0; looks < looksPerTurn; looks++) {
    if (isAtWork(scene)) return true
    Atomics.wait(nobody, 0, 0, lookEveryMs)
  }
  return false
}

/** Looks right behind the reading and writing that is due, where what was sent is as new as can be. */
const isAtWorkWithin = async (scene: Scene, withinMs: number, looks: (scene: Scene) => boolean): Promise<boolean> => {
  const untilMs = performance.now() + withinMs
  while (performance.now() < untilMs && scene.server.group.exit === undefined) {
    await sleep(1)
    await nextTurn()
    if (looks(scene)) return true
  }
  return false
}

/** A signal that meets a server at rest shows nothing: a fast one is given several requests at once, to catch it at work. */
export const ofWork = async (scene: Scene): Promise<void> => {
  if (await isAtWorkWithin(scene, momentWithinMs, isAtWork)) return
  for (let bursts = 0; bursts < burstsMax; bursts++) {
    scene.load.burst(burstSize)
    if (await isAtWorkWithin(scene, burstWithinMs, isAtWorkSoon)) return
  }
}
