import { basename } from "node:path"
import type { Advice, CheckReport } from "./CheckReport.ts"
import type { CheckSettings, RunName } from "./CheckSettings.ts"
import * as Facts from "./findings/Facts.ts"
import * as Findings from "./findings/Findings.ts"
import * as Servers from "./findings/Servers.ts"
import { ServerDown } from "./rollout/CheckedServer.ts"
import * as RolloutRun from "./rollout/RolloutRun.ts"

/** A signal that met a server at rest is sent again, to another of its processes. */
const triesMax = 5
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

/** The first rollout: it finds out what the server speaks, and is repeated where it met nothing in flight. */
const first = async (settings: CheckSettings, surroundings: RolloutRun.Surroundings): Promise<Attempt> => {
  let last = await attempt("graceful", settings, { protocol: null, isAnswered: true }, surroundings)
  for (let tries = 1; tries < triesMax && !(last instanceof ServerDown); tries++) {
    const { before, inFlight, protocol } = last.rollout
    if (inFlight > 0 || before.answered === 0) break
    const shorter = { ...settings, loadMs: Math.min(settings.loadMs, loadAgainMs) }
    last = await attempt("graceful", shorter, { protocol, isAnswered: true }, surroundings)
  }
  return last
}

/** Repeats a rollout over kept connections that met none in use. */
const overKept = async (make: () => Promise<Attempt>): Promise<Attempt> => {
  let last = await make()
  for (let tries = 1; tries < triesMax && !(last instanceof ServerDown) && Facts.wasUnused(last.rollout); tries++)
    last = await make()
  return last
}

const others = (settings: CheckSettings): ReadonlyArray<RunName> =>
  settings.runs.filter((name) => name !== "graceful" && !(name === "kept" && settings.isWebSocket))

const rest = async (
  settings: CheckSettings,
  { rollout }: RolloutRun.Rolled,
  surroundings: RolloutRun.Surroundings
): Promise<ReadonlyMap<RunName, Attempt>> => {
  const isAnswered = rollout.before.answered + rollout.before.errored > 0
  const known = { protocol: rollout.protocol, isAnswered }
  const attempts = new Map<RunName, Attempt>()
  const make = async (name: RunName): Promise<void> => {
    const once = (): Promise<Attempt> => attempt(name, settings, known, surroundings)
    attempts.set(name, await (name === "kept" ? overKept(once) : once()))
  }
  if (settings.isParallel) await Promise.all(others(settings).map(make))
  else for (const name of others(settings)) await make(name)
  return attempts
}

const noSecondStart = (down: ServerDown): Advice => ({
  code: "no-second-start",
  isProblem: false,
  text: `It came up once and then no more, so not all rollouts were made. ${downText(down)}`,
  remedy: "Let it start again at once: free its lock files and whatever else there is one of when it ends.",
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
  const server = Servers.find({ command, ...graceful })
  const facts = (kept: Attempt | undefined, idle: Attempt | undefined) => ({
    settings,
    graceful: graceful.rollout,
    kept: kept === undefined || kept instanceof ServerDown ? null : kept.rollout,
    idle: idle === undefined || idle instanceof ServerDown ? null : idle.rollout,
    firstProgram: basename(command[0] ?? ""),
    server,
    hadStreams: graceful.hadStreams
  })
  const attempts = await rest(settings, graceful, surroundings)
  const seen = facts(attempts.get("kept"), attempts.get("idle"))
  const force = attempts.get("force")
  const failed = [...attempts.values()].find((each) => each instanceof ServerDown)
  const advice = [...(failed === undefined ? [] : [noSecondStart(failed)]), ...Findings.find(seen)]
  return {
    version: 1,
    command,
    server: server?.name ?? null,
    graceful: graceful.rollout,
    kept: seen.kept,
    idle: seen.idle,
    force: force === undefined || force instanceof ServerDown ? null : force.rollout,
    advice,
    assertions: [],
    passed: advice.every(({ isProblem }) => !isProblem)
  }
}
