import { setTimeout as sleep } from "node:timers/promises"
import type { CheckSettings } from "../CheckSettings.ts"
import { sendAlone } from "../client/Client.ts"
import { detect } from "../client/Detect.ts"
import { Exchange, type Outcome } from "../client/Exchange.ts"
import type { Protocol, Target } from "../client/Target.ts"
import * as CheckedServer from "./CheckedServer.ts"

const triesMax = 3
const betweenMs = 50
const answerMs = 5000
const errorMin = 400

/** What the server speaks; one that breaks a connection for another reason is asked again. */
const protocolOf = async (server: CheckedServer.CheckedServer, target: Target, settings: CheckSettings) => {
  for (let tries = 0; tries < triesMax; tries++) {
    const protocol = await detect(target, settings.isTls)
    if (server.group.exit !== undefined) throw CheckedServer.endedUnderLoad(server)
    if (protocol !== null) return protocol
    await sleep(betweenMs)
  }
  throw CheckedServer.unknownProtocol(server, settings.isTls)
}

const ask = (target: Target, withinMs = answerMs): Promise<Outcome> =>
  new Promise((resolve) => {
    const exchange = new Exchange(null, ({ outcome }) => resolve(outcome ?? { is: "refused" }))
    const abandon = sendAlone(target, exchange)
    setTimeout(abandon, withinMs).unref()
  })

/** Waits until it has answered one request: one that listens may have processes that are still starting. */
export const answering = async (
  { group }: CheckedServer.CheckedServer,
  target: Target,
  withinMs: number
): Promise<void> => {
  const untilMs = performance.now() + withinMs
  while (group.exit === undefined && performance.now() < untilMs) {
    const outcome = await ask(target, untilMs - performance.now())
    if (outcome.is === "answered") return
    await sleep(betweenMs)
  }
}

const isFine = (outcome: Outcome): boolean => outcome.is === "answered" && outcome.status < errorMin

/** Waits until the server says that it is ready. */
const wait = async (server: CheckedServer.CheckedServer, target: Target, settings: CheckSettings, untilMs: number) => {
  for (;;) {
    const outcome = await ask(target)
    if (isFine(outcome)) return
    if (server.group.exit !== undefined) throw CheckedServer.endedUnderLoad(server)
    if (performance.now() > untilMs) {
      const last = outcome.is === "answered" ? `status ${outcome.status}` : "no answer"
      throw CheckedServer.neverReady(server, settings, last)
    }
    await sleep(betweenMs)
  }
}

/** A server to send requests to. */
export interface ReadyServer {
  readonly server: CheckedServer.CheckedServer
  readonly target: Target
  readonly readyAfterMs: number
}

/** Waits until it listens and is ready, and finds out what it speaks unless that is known already. */
export const ready = async (
  started: CheckedServer.Started,
  settings: CheckSettings,
  known: Protocol | null,
  aborted: AbortSignal
): Promise<ReadyServer> => {
  const server = await CheckedServer.listening(started, settings, aborted)
  const listensAfterMs = performance.now() - started.startMs
  const { host, port } = server
  const { readyPath, request } = settings
  const target: Target = { ...request, host, port, protocol: known ?? "http" }
  const probe = readyPath === null ? target : { ...target, method: "GET", path: readyPath, body: null }
  const protocol = known ?? (await protocolOf(server, probe, settings))
  if (readyPath === null) return { server, target: { ...target, protocol }, readyAfterMs: listensAfterMs }
  await wait(server, { ...probe, protocol }, settings, started.startMs + settings.startupMs)
  return { server, target: { ...target, protocol }, readyAfterMs: performance.now() - started.startMs }
}
