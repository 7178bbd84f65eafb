import * as ProcessTable from "@ebb/processes/ProcessTable"
import * as Ready from "@ebb/processes/Ready"
import * as Signals from "@ebb/processes/Signals"
import * as Sockets from "@ebb/processes/Sockets"
import { setTimeout as sleep } from "node:timers/promises"
import type { Target } from "./Call.ts"
import * as CheckedServer from "./CheckedServer.ts"
import type { Rollout } from "./CheckReport.ts"
import type { CheckSettings } from "./CheckSettings.ts"
import { IdleConnections } from "./IdleConnections.ts"
import { Load } from "./Load.ts"
import * as Moment from "./Moment.ts"
import * as Tally from "./Tally.ts"
import { Watch } from "./Watch.ts"

/** Long enough before the signal for a slow answer, short enough that a server does not time them out. */
const idleBeforeSignalMs = 1500
/** How long requests go on being sent after SIGTERM: a server that never closes its listener has to run dry too. */
const lateLoadMs = 1000
const withoutIdleMs = 300
const childrenEndWithinMs = 150
const answersWithinMs = 1000

/** Time to read the answers that have come in meanwhile: they count as answered before the signal. */
const settleMs = 50

type Signal = Rollout["signal"]

/** Who else has a say. */
export interface Surroundings {
  /** Ends the server at once. */
  readonly aborted: AbortSignal
  /** Hears of each request. */
  readonly onSend: () => void
}

/** A rollout, and the file that the listening process ran; null where it is not to be known. */
export interface Rolled {
  readonly rollout: Rollout
  readonly program: string | null
}

/** What is under way during one rollout. */
interface Scene {
  readonly server: CheckedServer.CheckedServer
  readonly settings: CheckSettings
  readonly load: Load
  readonly idle: IdleConnections
  readonly watch: Watch
}

const isOver = (server: CheckedServer.CheckedServer): boolean => server.group.exit !== undefined

/** Whether the first process has ended within that time. */
const endsWithin = async ({ server }: Scene, withinMs: number): Promise<boolean> => {
  const stop = new AbortController()
  const pause = sleep(Math.max(0, withinMs), undefined, { signal: stop.signal }).catch(() => {})
  await Promise.race([server.group.exited, pause])
  stop.abort()
  return isOver(server)
}

const begin = async (
  server: CheckedServer.CheckedServer,
  settings: CheckSettings,
  onSend: () => void
): Promise<Scene> => {
  const target: Target = { host: server.host, port: server.port, ...settings.request }
  const load = new Load(target, settings.ratePerSecond, onSend)
  const watch = new Watch(server.port, load)
  await Promise.race([server.group.exited, sleep(Math.max(0, settings.loadMs - idleBeforeSignalMs))])
  const idle = new IdleConnections(target)
  const scene = { server, settings, load, idle, watch }
  if (await endsWithin(scene, Math.min(settings.loadMs, idleBeforeSignalMs))) {
    await stop(scene)
    throw CheckedServer.endedUnderLoad(server, server.group.exit ?? { code: null, signal: null })
  }
  return scene
}

const stop = async ({ idle, load, watch }: Scene): Promise<void> => {
  await load.finish(0)
  watch.stop()
  idle.close()
}

/** What the kernel knows of the server. To find it out takes a while, in which nothing else is done here. */
const factsOf = ({ server }: Scene) => {
  const holders = holdersOf(server)
  return {
    sigterm: Signals.dispositionOf(server.group.pid, "SIGTERM") ?? null,
    listensItself: holders.includes(server.group.pid),
    program: ProcessTable.executableOf(holders[0] ?? server.group.pid)
  }
}

/** From the last look to the signal nothing else happens in this process; answers when it was sent. */
const send = ({ idle, load, server, watch }: Scene, signal: Signal, isLookedAt: boolean): number => {
  idle.mark()
  const note = isLookedAt ? () => {} : watch.snapshot()
  const signalledAtMs = performance.now()
  if (signal === "SIGTERM") server.group.terminate()
  else server.group.kill()
  note()
  for (const call of load.open) call.signalled()
  return signalledAtMs
}

/** The processes that listen on the port. */
const holdersOf = ({ group, port }: CheckedServer.CheckedServer): ReadonlyArray<number> => {
  const inodes = Ready.listenersOf(group, port).map(({ inode }) => inode)
  return Ready.ownPids(group).filter((pid) => {
    const held = Sockets.heldBy([pid])
    return inodes.some((inode) => held.has(inode))
  })
}

/** How a rollout's wait came to its end. */
interface Ending {
  /** When the first process had ended or the grace period was over, whichever was first. */
  readonly atMs: number
  readonly neededKill: boolean
  readonly waitedForIdle: boolean
}

const byItself = (): Ending => ({ atMs: performance.now(), neededKill: false, waitedForIdle: false })

/** Ends what has outlasted its grace period; whether idle connections kept it is seen by closing them first. */
const killLate = async (scene: Scene): Promise<Ending> => {
  const atMs = performance.now()
  const isDry = ![...scene.load.open].some(({ isTaken }) => isTaken)
  scene.idle.close()
  const waitedForIdle = isDry && (await endsWithin(scene, withoutIdleMs))
  scene.server.group.kill()
  await scene.server.group.exited
  return { atMs, neededKill: true, waitedForIdle }
}

/** Waits for the end, and brings it about when the grace period is over. */
const drain = async (scene: Scene, signal: Signal): Promise<Ending> => {
  if (signal === "SIGKILL") {
    scene.load.stop()
    await scene.server.group.exited
    return byItself()
  }
  const lateMs = Math.min(lateLoadMs, scene.settings.graceMs)
  if (await endsWithin(scene, lateMs)) return byItself()
  scene.load.stop()
  if (await endsWithin(scene, scene.settings.graceMs - lateMs)) return byItself()
  return killLate(scene)
}

/**
 * A container ends with its first process: whoever is left then is killed. Children that only end a moment later are
 * given that moment, those that go on serving are not.
 */
const leftBehind = async (started: CheckedServer.Started): Promise<{ count: number; isServing: boolean }> => {
  const untilMs = performance.now() + childrenEndWithinMs
  let left = Ready.ownPids(started.group).length
  const isServing = Ready.listenersOf(started.group, started.port).length > 0
  while (left > 0 && !isServing && performance.now() < untilMs) {
    await sleep(10)
    left = Ready.ownPids(started.group).length
  }
  await CheckedServer.end(started)
  return { count: left, isServing }
}

/** When nobody was seen to listen any more, or the first connection was refused. */
const stoppedAcceptingAtMs = ({ load, watch }: Scene, signalledAtMs: number): number | null => {
  const refusedAtMs = load.calls.flatMap(({ endedAtMs, outcome }) =>
    outcome?.is === "refused" && endedAtMs !== null && endedAtMs >= signalledAtMs ? [endedAtMs] : []
  )
  const atMs = Math.min(watch.stoppedAcceptingAtMs ?? Infinity, ...refusedAtMs)
  return atMs === Infinity ? null : atMs
}

const roll = async (started: CheckedServer.Started, scene: Scene, signal: Signal): Promise<Rolled> => {
  const { listensItself, program, sigterm } = factsOf(scene)
  await sleep(settleMs)
  const isLookedAt = await Moment.ofWork(scene)
  const signalledAtMs = send(scene, signal, isLookedAt)
  scene.watch.start()
  const { atMs: endedAtMs, neededKill, waitedForIdle } = await drain(scene, signal)
  scene.load.stop()
  const left = await leftBehind(started)
  await scene.load.finish(answersWithinMs)
  scene.watch.stop()
  const idleConnections = scene.idle.counts(endedAtMs)
  scene.idle.close()
  const { code, signal: endedBy } = scene.server.group.exit ?? { code: null, signal: null }
  const stoppedAtMs = stoppedAcceptingAtMs(scene, signalledAtMs)
  const rollout: Rollout = {
    signal,
    port: scene.server.port,
    readyAfterMs: scene.server.readyAfterMs,
    ...Tally.count(scene.load.calls, signalledAtMs),
    stoppedAcceptingAfterMs: stoppedAtMs === null || stoppedAtMs > endedAtMs ? null : stoppedAtMs - signalledAtMs,
    exit: { code, signal: endedBy, afterMs: endedAtMs - signalledAtMs, neededKill },
    idleConnections,
    waitedForIdle,
    sigterm,
    listensItself,
    childrenLeft: left.count,
    servesOn: left.isServing
  }
  return { rollout, program }
}

/** Starts the server, loads it, rolls it out and counts. All its processes are gone when this settles, however it does. */
export const run = async (
  settings: CheckSettings,
  signal: Signal,
  { aborted, onSend }: Surroundings
): Promise<Rolled> => {
  const started = await CheckedServer.start(settings)
  const kill = (): void => started.group.kill()
  aborted.addEventListener("abort", kill, { once: true })
  try {
    const server = await CheckedServer.ready(started, settings, aborted)
    return await roll(started, await begin(server, settings, onSend), signal)
  } finally {
    aborted.removeEventListener("abort", kill)
    await CheckedServer.end(started)
  }
}
