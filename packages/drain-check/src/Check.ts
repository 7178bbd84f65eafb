import { basename } from "node:path"
import type { Advice, CheckReport } from "./CheckReport.ts"
import type { CheckSettings, RunName } from "./CheckSettings.ts"
import * as Facts from "./findings/Facts.ts"
import * as Findings from "./findings/Findings.ts"
import * as Servers from "./findings/Servers.ts"
import { ServerDown } from "./rollout/CheckedServer.ts"
import * as RolloutRun from "./rollout/RolloutRun.ts"

/** How often what shows nothing is tried in all, and on a machine that is too busy to tell. */
const triesMax = 5
const triesBusyMax = 15
/** Each of those may last for as long as a server that is in the wrong. */
const triesDoubtedMax = 3
const triesWithinMs = 60_000
/** How long requests are sent before the signal of a further try. */
const loadAgainMs = 800
const downText = ({ lines, text }: ServerDown): string =>
  lines.length === 0 ? text : [text, "Its last lines:", ...lines.map((line) => `  ${line}`)].join("\n")

type Attempt = RolloutRun.Rolled | ServerDown

const attempt = async (
  name: RunName,
  settings: CheckSettings,
  known: RolloutRun.Known,
  surroundings: RolloutRun.Surroundings
): Promise<Attempt> => {
  surroundings.aborted.throwIfAborted()
  try {
    return await RolloutRun.run(name, settings, known, surroundings)
  } catch (error) {
    surroundings.aborted.throwIfAborted()
    if (error instanceof ServerDown) return error
    throw error
  }
}

const factsOf = (
  settings: CheckSettings,
  graceful: RolloutRun.Rolled,
  kept: Attempt | undefined,
  idle: Attempt | undefined
): Facts.Facts => ({
  settings,
  graceful: graceful.rollout,
  kept: kept === undefined || kept instanceof ServerDown ? null : kept.rollout,
  idle: idle === undefined || idle instanceof ServerDown ? null : idle.rollout,
  firstProgram: basename(settings.command[0] ?? ""),
  server: Servers.find({ command: settings.command, ...graceful })
})

const problemsOf = (facts: Facts.Facts): ReadonlyArray<Advice["code"]> =>
  Findings.find(facts).flatMap(({ code, isProblem }) => (isProblem ? [code] : []))

/**
 * Whether there was nothing that it could do wrong: it was at rest, or is not known to have had anything in hand when it
 * came to see to the signal. What it did wrong counts, however often it does it right.
 */
const showedNothing = (settings: CheckSettings, rolled: RolloutRun.Rolled): boolean => {
  const { before, inFlight } = rolled.rollout
  const wasAtRest = inFlight === 0 && before.answered > 0
  if (Facts.areRepliesUnclear(rolled.rollout) || (!wasAtRest && !Facts.isUnproved(rolled.rollout))) return false
  return problemsOf(factsOf(settings, rolled, undefined, undefined)).every((code) => Findings.undecided.has(code))
}

/** What a rollout came to: it shows something, or nothing, or what the machine may have done as well as the server. */
type Shown = "something" | "nothing" | "doubtful"

/** Makes a rollout again that showed nothing, or nothing for sure; one that was held up by a busy machine is made again more often. */
const untilShown = async (
  make: (tries: number) => Promise<Attempt>,
  shows: (rolled: RolloutRun.Rolled) => Shown
): Promise<Attempt> => {
  const untilMs = performance.now() + triesWithinMs
  let last = await make(0)
  let undisturbed = 0
  let doubted = 0
  for (let tries = 1; tries < triesBusyMax && performance.now() < untilMs; tries++) {
    if (last instanceof ServerDown) break
    const shown = shows(last)
    if (shown === "something") break
    if (shown === "doubtful") doubted++
    if (!Facts.wasHeldUp(last.rollout)) undisturbed++
    if (undisturbed >= triesMax || doubted >= triesDoubtedMax) break
    const again = await make(tries)
    // It comes up no more, which the rollouts that follow tell of.
    if (again instanceof ServerDown) break
    last = again
  }
  return last
}

/** The first rollout: it finds out what the server speaks. */
const first = (settings: CheckSettings, surroundings: RolloutRun.Surroundings): Promise<Attempt> => {
  let protocol: RolloutRun.Known["protocol"] = null
  const shorter = { ...settings, loadMs: Math.min(settings.loadMs, loadAgainMs) }
  const make = async (tries: number): Promise<Attempt> => {
    const known = { protocol, isAnswered: true, leastMs: null }
    const made = await attempt("graceful", tries === 0 ? settings : shorter, known, surroundings)
    if (!(made instanceof ServerDown)) protocol = made.rollout.protocol
    return made
  }
  return untilShown(make, (rolled) => {
    if (problemsOf(factsOf(settings, rolled, undefined, undefined)).includes("too-busy")) return "doubtful"
    return showedNothing(settings, rolled) ? "nothing" : "something"
  })
}

const others = (settings: CheckSettings): ReadonlyArray<RunName> =>
  settings.runs.filter((name) => name !== "graceful" && !(name === "kept" && settings.isWebSocket))

const rest = async (
  settings: CheckSettings,
  graceful: RolloutRun.Rolled,
  surroundings: RolloutRun.Surroundings
): Promise<ReadonlyMap<RunName, Attempt>> => {
  const { rollout } = graceful
  const isAnswered = rollout.before.answered + rollout.before.errored > 0
  const known = { protocol: rollout.protocol, isAnswered, leastMs: rollout.before.quickestMs }
  const attempts = new Map<RunName, Attempt>()
  const shows = (kept: RolloutRun.Rolled): Shown => {
    if (problemsOf(factsOf(settings, graceful, kept, undefined)).includes("too-busy")) return "doubtful"
    return Facts.wasUnused(kept.rollout) ? "nothing" : "something"
  }
  const make = async (name: RunName): Promise<void> => {
    const once = (): Promise<Attempt> => attempt(name, settings, known, surroundings)
    attempts.set(name, await (name === "kept" ? untilShown(once, shows) : once()))
  }
  if (settings.isParallel) await Promise.all(others(settings).map(make))
  else for (const name of others(settings)) await make(name)
  return attempts
}

const noSecondStart = (down: ServerDown): Advice => ({
  code: "no-second-start",
  isProblem: false,
  text: `It started once and then no more, so some rollouts could not be made. ${downText(down)}`,
  remedy:
    "Make sure it can start again at once: when it ends, release lock files and anything else that only one process can hold.",
  snippet: null
})

/** It drains, and yet ends by itself when it is asked in another way. */
const endsUnderLoad = (name: RunName, down: ServerDown): Advice => ({
  code: down.why,
  isProblem: true,
  text: `${name === "kept" ? "Over kept connections: " : ""}${downText(down)}`,
  remedy: null,
  snippet: null
})

const down = (settings: CheckSettings, server: ServerDown): CheckReport => ({
  version: 1,
  command: settings.command,
  server: null,
  graceful: null,
  kept: null,
  idle: null,
  force: null,
  advice: [{ code: server.why, isProblem: true, text: downText(server), remedy: null, snippet: null }],
  assertions: [],
  passed: false
})

/**
 * Rolls the server out, each time one that was started for it: gracefully with a connection for each request, gracefully with
 * kept connections, gracefully without traffic, and by force. Rejects when it is aborted, and with CommandNotStarted where
 * there is no such command.
 */
export const run = async (
  settings: CheckSettings,
  { aborted = new AbortController().signal, onSend = () => {} }: Partial<RolloutRun.Surroundings> = {}
): Promise<CheckReport> => {
  const surroundings = { aborted, onSend }
  const { command } = settings
  const graceful = await first(settings, surroundings)
  if (graceful instanceof ServerDown) return down(settings, graceful)
  const attempts = await rest(settings, graceful, surroundings)
  const seen = factsOf(settings, graceful, attempts.get("kept"), attempts.get("idle"))
  const force = attempts.get("force")
  const failed = [...attempts].flatMap(([name, each]) => (each instanceof ServerDown ? [{ name, down: each }] : []))
  const crashed = failed.find(({ down }) => down.why === "ends-under-load")
  const other = failed.find(({ down }) => down.why !== "ends-under-load")
  const advice = [
    ...(crashed === undefined ? [] : [endsUnderLoad(crashed.name, crashed.down)]),
    ...(other === undefined ? [] : [noSecondStart(other.down)]),
    ...Findings.find(seen)
  ]
  return {
    version: 1,
    command,
    server: seen.server?.name ?? null,
    graceful: graceful.rollout,
    kept: seen.kept,
    idle: seen.idle,
    force: force === undefined || force instanceof ServerDown ? null : force.rollout,
    advice,
    assertions: [],
    passed: advice.every(({ isProblem }) => !isProblem)
  }
}
