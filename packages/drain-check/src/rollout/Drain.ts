import * as Ready from "@ebb/processes/Ready"
import { setTimeout as sleep } from "node:timers/promises"
import type { CheckSettings, RunName } from "../CheckSettings.ts"
import type { Target } from "../client/Target.ts"
import { KeptTraffic } from "../traffic/KeptTraffic.ts"
import { SessionTraffic, type Traffic } from "../traffic/Traffic.ts"
import type { Watch } from "../traffic/Watch.ts"
import * as CheckedServer from "./CheckedServer.ts"

const onceClosedMs = 1500
const childrenEndWithinMs = 150
/** A router that goes on sending does so to a server that is gone, too. */
const refusedForMs = 500

/** What is under way during one rollout. */
export interface Scene {
  readonly run: RunName
  readonly server: CheckedServer.CheckedServer
  readonly target: Target
  readonly settings: CheckSettings
  /** Null for a server that is left alone. */
  readonly traffic: Traffic | null
  readonly watch: Watch
}

/** How a rollout's wait came to its end. */
export interface Ending {
  /** When the first process had ended or the grace period was over, whichever was first. */
  readonly atMs: number
  readonly neededKill: boolean
  readonly endedOnceClosed: boolean
}

/** Whether the first process has ended within that time. */
export const endsWithin = async ({ server }: Scene, withinMs: number): Promise<boolean> => {
  const stop = new AbortController()
  const pause = sleep(Math.max(0, withinMs), undefined, { signal: stop.signal }).catch(() => {})
  await Promise.race([server.group.exited, pause])
  stop.abort()
  return server.group.exit !== undefined
}

const byItself = ({ watch }: Scene): Ending => ({
  atMs: watch.endedAtMs ?? performance.now(),
  neededKill: false,
  endedOnceClosed: false
})

/** Whether nothing but connections is open: no request that the server has in hand. */
const isDry = (traffic: Traffic | null): boolean =>
  traffic instanceof SessionTraffic || ![...(traffic?.open ?? [])].some(({ isTaken }) => isTaken)

/** Ends what has outlasted its grace period; whether connections kept it is seen by closing them first. */
const killLate = async (scene: Scene): Promise<Ending> => {
  const { server, traffic } = scene
  const atMs = performance.now()
  // Whether it listens to the end is said of it: that is looked at now.
  scene.watch.look()
  const isWaiting = isDry(traffic) && (traffic instanceof KeptTraffic || traffic instanceof SessionTraffic)
  if (traffic instanceof KeptTraffic) traffic.close()
  if (traffic instanceof SessionTraffic) await traffic.finish(0)
  const endedOnceClosed = isWaiting && (await endsWithin(scene, onceClosedMs))
  server.group.kill()
  await server.group.exited
  return { atMs, neededKill: true, endedOnceClosed }
}

/** The server is gone while requests go on arriving. */
const sendOn = async ({ settings, traffic }: Scene, signalledAtMs: number): Promise<void> => {
  const leftMs = signalledAtMs + settings.lingerMs - performance.now()
  if (settings.mustServeLinger && traffic !== null && leftMs > 0) await sleep(Math.min(leftMs, refusedForMs))
}

/** Waits for the end, and brings it about when the grace period is over. */
export const wait = async (scene: Scene, signalledAtMs: number): Promise<Ending> => {
  const { run, server, settings, traffic } = scene
  if (run === "force") {
    traffic?.stop()
    await server.group.exited
    return byItself(scene)
  }
  const lateMs = Math.min(settings.lingerMs, settings.graceMs)
  if (await endsWithin(scene, lateMs)) {
    const ending = byItself(scene)
    await sendOn(scene, signalledAtMs)
    traffic?.stop()
    return ending
  }
  traffic?.stop()
  return (await endsWithin(scene, settings.graceMs - lateMs)) ? byItself(scene) : killLate(scene)
}

/**
 * A container ends with its first process: whoever is left then is killed. Children that only end a moment later are
 * given that moment, those that go on serving are not. `listeners`: the processes that listened at the signal.
 */
export const leftBehind = async (
  started: CheckedServer.Started,
  listeners: ReadonlyArray<number>
): Promise<{ readonly count: number; readonly isServing: boolean; readonly isServer: boolean }> => {
  const untilMs = performance.now() + childrenEndWithinMs
  const pids = new Set(Ready.ownPids(started.group))
  const isServer = listeners.every((pid) => pids.has(pid))
  let left = pids.size
  const isServing = Ready.listenersOf(started.group, started.port).length > 0
  while (left > 0 && !isServing && performance.now() < untilMs) {
    await sleep(10)
    left = Ready.ownPids(started.group).length
  }
  await CheckedServer.end(started)
  return { count: left, isServing, isServer }
}
