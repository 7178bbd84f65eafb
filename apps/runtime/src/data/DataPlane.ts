import { RequestKind } from "@ebb/core/tables/Request"
import { Result } from "effect"
import type { Sandbox } from "../Sandbox.ts"
import type { LiveApp } from "../world/LiveApp.ts"
import { LiveRequest } from "../world/LiveRequest.ts"
import * as Access from "./Access.ts"
import * as Answers from "./Answers.ts"
import * as Body from "./Body.ts"
import { DirectCaller } from "./DirectCaller.ts"
import * as Options from "./Options.ts"
import * as Queue from "./Queue.ts"
import * as Target from "./Target.ts"

/** One handler for all of the data plane: `host` is the platform's name for the part of it, `path` what stands behind. */
export const handle = async (
  sandbox: Sandbox,
  request: Request,
  host: string,
  url: URL,
  path: string
): Promise<Response> => {
  const target = Target.parse(host, path)
  if (target === null) return Answers.plainError(404, "Not found")
  const access = Access.callable(sandbox, target, request.headers.get("authorization"))
  if (access instanceof Response) return access
  const { app, callerId } = access
  if (target.kind === "request") return Queue.handle(sandbox, app, target, request, url)
  if (sandbox.isClosing) return Answers.plainError(503, "The sandbox is going down")
  return accept(sandbox, app, target, request, url, callerId)
}

const accept = async (
  sandbox: Sandbox,
  app: LiveApp,
  target: { readonly kind: "run" | "submit"; readonly path: string },
  request: Request,
  url: URL,
  callerId: string | null
): Promise<Response> => {
  const kind = target.kind === "run" ? RequestKind.direct : RequestKind.queued
  const options = Options.read(kind, request.headers, url.searchParams, {
    hosts: sandbox.options.allowed.hosts,
    isOwner: callerId === app.team
  })
  if (Result.isFailure(options)) return Answers.platformError(400, "bad_request", options.failure)
  if (kind === RequestKind.direct && Access.currentRevision(sandbox, app).processes !== null) {
    // A process may read the body while it comes, and answer before it is whole.
    if (Body.isAnnouncedTooLarge(request)) return Answers.tooLarge()
    const passing = new Body.Passing(request.body)
    const call = {
      method: request.method,
      path: `${target.path}${searchOf(url)}`,
      headers: request.headers,
      body: passing.stream
    }
    const answer = await run(sandbox, app, call, options.success, request, callerId)
    return passing.isTooLarge ? Answers.tooLarge() : answer
  }
  const body = await Body.read(request)
  if (body === null) return Answers.tooLarge()
  const search = searchOf(url)
  const call = { method: request.method, path: `${target.path}${search}`, headers: request.headers, body }
  if (kind === RequestKind.queued) return Queue.submit(sandbox, app, call, options.success, url, request, callerId)
  return run(sandbox, app, call, options.success, request, callerId)
}

/** The query without what was meant for the platform. */
const searchOf = (url: URL): string => {
  if (url.search === "") return ""
  const query = new URLSearchParams(url.search)
  query.delete("fal_webhook")
  query.delete("fal_max_queue_length")
  return query.size === 0 ? "" : `?${query}`
}

const isStreamPath = (path: string): boolean => /\/stream\/?(\?|$)/.test(path)

const run = (
  sandbox: Sandbox,
  app: LiveApp,
  call: LiveRequest["call"],
  options: Options.Options,
  request: Request,
  callerId: string | null
): Response | Promise<Response> => {
  const id = crypto.randomUUID()
  const caller = new DirectCaller(id, isStreamPath(call.path))
  const live = new LiveRequest({ id, app, kind: RequestKind.direct, call, caller, callerId })
  const accepted = sandbox.world.submit(live, options.submission, options.serviceMs ?? drawService(sandbox, app))
  if (!accepted) return Answers.platformError(503, "runner_scheduling_failure")
  sandbox.announcer.app(app.id)
  // Before anybody asks for its signal: a request makes one only then.
  if (caller.answer !== null) return caller.answer
  const leave = () => {
    sandbox.world.tell((fleet, nowMs) => fleet.cancel(nowMs, live.slot, live.number, 2))
  }
  request.signal.addEventListener("abort", leave, { once: true })
  return caller.whenAnswered()
}

/** How long a simulated runner of the app's current revision will take, in Fleet milliseconds. */
export const drawService = (sandbox: Sandbox, app: LiveApp): number =>
  Access.currentRevision(sandbox, app).profile.serviceMs(sandbox.fleet.state.requestsMade + 1)
