import * as Ready from "@ebb/processes/Ready"
import * as ProcessTable from "@ebb/processes/ProcessTable"
import * as Signals from "@ebb/processes/Signals"
import { setTimeout as sleep } from "node:timers/promises"
import type { Rollout } from "../CheckReport.ts"
import type { CheckSettings, RunName } from "../CheckSettings.ts"
import type { Protocol } from "../client/Target.ts"
import { KeptTraffic } from "../traffic/KeptTraffic.ts"
import * as Moment from "./Moment.ts"
import * as Tally from "../traffic/Tally.ts"
import { SessionTraffic, SteadyTraffic, type Traffic } from "../traffic/Traffic.ts"
import { Watch } from "../traffic/Watch.ts"
import * as CheckedServer from "./CheckedServer.ts"
import * as Drain from "./Drain.ts"
import * as Readiness from "./Readiness.ts"

const idleMsMin = 300
/** How much of the time before the signal the other rollouts take. */
const loadShare: Readonly<Record<RunName, number>> = { graceful: 1, kept: 0.7, idle: 0, force: 0.5 }
/** Enough to say how long an answer takes. */
const endedMin = 5
const flowingMs = 5000
const lookEveryMs = 50
const answersWithinMs = 1000

/** Time to read the answers that have come in meanwhile: they count as answered before the signal. */
const settleMs = 50

/** Who else has a say. */
export interface Surroundings {
  /** Ends the server at once. */
  readonly aborted: AbortSignal
  /** Hears of each request. */
  readonly onSend: () => void
}

/** What rollouts before it have found out. */
export interface Known {
  readonly protocol: Protocol | null
  /** Whether there is an answer to wait for before the signal. */
  readonly isAnswered: boolean
  /** The least that an answer took; null where that is not known. */
  readonly leastMs: number | null
}

/** A rollout, and what was seen of the program. */
export interface Rolled {
  readonly rollout: Rollout
  /** The file that the listening process ran; null where it is not to be known. */
  readonly executable: string | null
  /** What its answers say of it, such as "uvicorn"; null where they say nothing. */
  readonly serverHeader: string | null
}

const trafficOf = (
  run: RunName,
  { expected, isWebSocket, ratePerSecond }: CheckSettings,
  sending: Omit<ConstructorParameters<typeof KeptTraffic>[0], "expected">
): Traffic | null => {
  if (run === "idle") return null
  if (isWebSocket) return new SessionTraffic({ ...sending, expected })
  return run === "kept"
    ? new KeptTraffic({ ...sending, expected })
    : new SteadyTraffic({ ...sending, expected }, ratePerSecond)
}

/** Whether enough has been answered, or is not going to be, to send the signal. */
const isEnough = (traffic: Traffic, patienceMs: number, sinceMs: number): boolean => {
  const { calls, open } = traffic
  if (traffic instanceof SessionTraffic) {
    // Some servers answer no message, and say what they have to say unasked.
    return traffic.areAnswered || performance.now() - sinceMs > Math.min(flowingMs, patienceMs)
  }
  if (calls.length - open.size >= endedMin) return true
  const isBegun = [...open].some(({ firstByteAtMs }) => firstByteAtMs !== null)
  return performance.now() - sinceMs > (isBegun ? Math.min(flowingMs, patienceMs) : patienceMs)
}

/**
 * Has one request answered, and tells for how long a server is then left alone: for as long again as that took from its start,
 * since processes beside the one that answered may be starting still.
 */
const idleMs = async ({ server, settings, target }: Drain.Scene, { isAnswered }: Known, startMs: number) => {
  if (isAnswered) await Readiness.answering(server, target, settings.patienceMs)
  return Math.max(idleMsMin, Math.min(performance.now() - startMs, settings.loadMs))
}

/** Sends requests for a while, and for as long again as the first of them take. */
const load = async (scene: Drain.Scene, known: Known, startMs: number): Promise<void> => {
  const { run, settings, traffic } = scene
  const forMs = traffic === null ? await idleMs(scene, known, startMs) : settings.loadMs * loadShare[run]
  const isOver = await Drain.endsWithin(scene, forMs)
  const sinceMs = performance.now()
  while (!isOver && traffic !== null && known.isAnswered && !isEnough(traffic, settings.patienceMs, sinceMs)) {
    if (await Drain.endsWithin(scene, lookEveryMs)) break
  }
  if (scene.server.group.exit !== undefined) await endedUnderLoad(scene)
}

const endedUnderLoad = async (scene: Drain.Scene): Promise<never> => {
  await stop(scene)
  throw CheckedServer.endedUnderLoad(scene.server)
}

const stop = async ({ traffic, watch }: Drain.Scene): Promise<void> => {
  watch.stop()
  await traffic?.finish(0)
  if (traffic instanceof KeptTraffic) traffic.close()
}

/** What the kernel knows of the server. To find it out takes a while, in which nothing else is done here. */
const factsOf = ({ server: { group, port }, settings }: Drain.Scene) => {
  const holders = Ready.holdersOf(group, port)
  return {
    disposition: Signals.dispositionOf(group.pid, settings.signal) ?? null,
    listeners: holders,
    listensItself: holders.includes(group.pid),
    executable: ProcessTable.executableOf(holders[0] ?? group.pid)
  }
}

/**
 * From the last look to the signal nothing else happens in this process; answers when it was sent. `isSeen`: that look was just
 * now, and another one would take time in which requests grow old on a busy machine.
 */
const signal = ({ run, server, settings, traffic, watch }: Drain.Scene, isSeen: boolean): number => {
  if (traffic instanceof KeptTraffic) traffic.signalled()
  const note = isSeen ? () => {} : watch.snapshot()
  const signalledAtMs = performance.now()
  if (run === "force") server.group.kill()
  else server.group.terminate(settings.signal)
  // It may have been stopped to find requests beside the signal.
  server.group.thaw()
  note()
  for (const call of traffic?.open ?? []) call.signalled()
  return signalledAtMs
}

const serverHeaderOf = (traffic: Traffic | null): string | null => {
  const named = (traffic?.calls ?? []).flatMap(({ server }) => (server === null ? [] : [server]))
  const groups = Object.entries(Object.groupBy(named, String)).toSorted(([, a = []], [, b = []]) => b.length - a.length)
  return groups[0]?.[0] ?? null
}

const trafficName = (run: RunName, { isWebSocket }: CheckSettings): Rollout["traffic"] => {
  if (run === "idle") return "none"
  if (isWebSocket) return "sessions"
  return run === "kept" ? "kept connections" : "requests"
}

const noIdle: Rollout["idleConnections"] = { open: 0, closed: 0, reset: 0, held: 0 }

const roll = async (
  started: CheckedServer.Started,
  readyAfterMs: number,
  scene: Drain.Scene,
  { leastMs }: Known
): Promise<Rolled> => {
  const { run, server, settings, target, traffic, watch } = scene
  const { disposition, executable, listeners, listensItself } = factsOf(scene)
  await sleep(settleMs)
  const isSeen = traffic !== null && (await Moment.ofWork({ server, traffic, watch }, leastMs))
  const signalledAtMs = signal(scene, isSeen)
  watch.start()
  const ending = await Drain.wait(scene, signalledAtMs)
  // It ended between the last look and the signal.
  if (traffic !== null && ending.atMs < signalledAtMs) await endedUnderLoad(scene)
  const left = await Drain.leftBehind(started, listeners)
  await traffic?.finish(answersWithinMs)
  watch.stop()
  const idleConnections = traffic instanceof KeptTraffic ? traffic.idleCounts(ending.atMs) : noIdle
  if (traffic instanceof KeptTraffic) traffic.close()
  const { closed } = watch
  const { code, signal: endedBy } = server.group.exit ?? { code: null, signal: null }
  const rollout: Rollout = {
    run,
    signal: run === "force" ? "SIGKILL" : settings.signal,
    port: server.port,
    protocol: target.protocol,
    traffic: trafficName(run, settings),
    readyAfterMs,
    ...Tally.count(traffic?.calls ?? [], {
      signalledAtMs,
      endedAtMs: ending.atMs,
      killedAtMs: ending.neededKill ? ending.atMs : Infinity,
      listenerClosedAtMs: closed?.fromMs ?? null,
      closedAtLatestMs: watch.closedAtLatestMs,
      lastAliveAtMs: watch.lastAliveAtMs,
      heldUpMs: watch.heldUpMs,
      lingerMs: Math.min(settings.lingerMs, settings.graceMs),
      statuses: settings.isWebSocket ? ["101"] : settings.statuses,
      isKept: run === "kept"
    }),
    listenedUntilMs: watch.lastOpenAtMs === null ? null : watch.lastOpenAtMs - signalledAtMs,
    listenerClosedAfterMs: closed === null ? null : closed.fromMs - signalledAtMs,
    listenerClosedForMs: closed === null ? 0 : closed.toMs - closed.fromMs,
    exit: { code, signal: endedBy, afterMs: ending.atMs - signalledAtMs, neededKill: ending.neededKill },
    idleConnections,
    endedOnceClosed: ending.endedOnceClosed,
    disposition,
    listensItself,
    childrenLeft: left.count,
    servesOn: left.isServing,
    outlivedByServer: left.count > 0 && left.isServer,
    heldUpMs: watch.heldUpMs
  }
  return { rollout, executable, serverHeader: serverHeaderOf(traffic) }
}

/** Starts the server, loads it, rolls it out and counts. All its processes are gone when this settles, however it does. */
export const run = async (
  name: RunName,
  settings: CheckSettings,
  known: Known,
  { aborted, onSend }: Surroundings
): Promise<Rolled> => {
  const started = await CheckedServer.start(settings)
  const kill = (): void => started.group.kill()
  aborted.addEventListener("abort", kill, { once: true })
  try {
    const { readyAfterMs, server, target } = await Readiness.ready(started, settings, known.protocol, aborted)
    const traffic = trafficOf(name, settings, { target, onSend })
    const scene: Drain.Scene = {
      run: name,
      server,
      target,
      settings,
      traffic,
      watch: new Watch(server.group, server.port, traffic)
    }
    await load(scene, known, started.startMs)
    return await roll(started, readyAfterMs, scene, known)
  } finally {
    aborted.removeEventListener("abort", kill)
    await CheckedServer.end(started)
  }
}
