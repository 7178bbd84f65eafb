import { RequestKind } from "@ebb/core/tables/Request"
import { Result } from "effect"
import type { Sandbox } from "../../Sandbox.ts"
import { LiveRequest } from "../../kernel/LiveRequest.ts"
import * as Access from "./Access.ts"
import type { Address } from "./Address.ts"
import * as Answers from "./Answers.ts"
import * as Body from "../../edge/Body.ts"
import { DirectCaller } from "./DirectCaller.ts"
import * as Options from "./Options.ts"
import * as Queue from "./Queue.ts"

/** One handler for all of the data plane. */
export const handle = (sandbox: Sandbox, request: Request, address: Address): Response | Promise<Response> => {
  const { target } = address
  if (target === null) return Answers.plainError(404, "Not found")
  const access = Access.callable(sandbox, target, request.headers.get("authorization"))
  if (access instanceof Response) return access
  if (target.kind === "request") return Queue.handle(sandbox, access.app, target, request, address)
  if (sandbox.isClosing) return Answers.plainError(503, "The sandbox is going down")
  const kind = target.kind === "run" ? RequestKind.direct : RequestKind.queued
  if (isOnlyAsking(request.method, kind)) return Answers.notAllowed("POST")
  return accept({ sandbox, request, address, path: `${target.path}${address.search}`, kind, ...access })
}

/** These ask about an address and change nothing, so they are no request to an app; its own server may answer the first two. */
const isOnlyAsking = (method: string, kind: RequestKind): boolean =>
  method === "TRACE" || (kind === RequestKind.queued && (method === "HEAD" || method === "OPTIONS"))

/** A request to an app, from a caller who may call it. */
interface Incoming extends Access.Callable {
  readonly sandbox: Sandbox
  readonly request: Request
  readonly address: Address
  /** As the app sees it, with its query. */
  readonly path: string
  readonly kind: RequestKind
}

const accept = (incoming: Incoming): Response | Promise<Response> => {
  const { address, app, callerId, kind, request, sandbox } = incoming
  const { hosts } = sandbox.options.allowed
  const read = Options.read(kind, request.headers, address.query, { hosts, isOwner: callerId === app.team })
  if (Result.isFailure(read)) return Answers.platformError(400, "bad_request", read.failure)
  const options = read.success
  if (kind === RequestKind.direct && Access.currentRevision(sandbox, app).processes !== null) {
    return passOn(incoming, options)
  }
  // No async function on the way of a body of known length: at the speed of this path each of them is felt.
  return Body.read(request).then((body) => (body instanceof Response ? body : take(incoming, options, body)))
}

/** A process may read the body while it comes, and answer before it is whole. */
const passOn = async (incoming: Incoming, options: Options.Options): Promise<Response> => {
  const { request } = incoming
  if (Body.isAnnouncedTooLarge(request)) return Body.tooLarge()
  const passing = new Body.Passing(request)
  const answer = await run(incoming, options, passing.stream)
  return passing.isTooLarge ? Body.tooLarge() : answer
}

const take = (incoming: Incoming, options: Options.Options, body: Uint8Array): Response | Promise<Response> => {
  if (incoming.kind === RequestKind.direct) return run(incoming, options, body)
  const { address, app, callerId, path, request, sandbox } = incoming
  const call = { method: request.method, path, headers: request.headers, body }
  return Queue.submit(sandbox, app, call, options, address, request, callerId)
}

const run = (
  { address, app, callerId, path, request, sandbox }: Incoming,
  options: Options.Options,
  body: LiveRequest["call"]["body"]
): Response | Promise<Response> => {
  const id = crypto.randomUUID()
  const caller = new DirectCaller(id, address.isStream)
  const call = { method: request.method, path, headers: request.headers, body }
  const serviceMs = options.serviceMs ?? Access.drawService(sandbox, app)
  const live = new LiveRequest({ id, app, kind: RequestKind.direct, call, caller, callerId, serviceMs })
  if (!sandbox.world.submit(live, options.submission)) return Answers.platformError(503, "runner_scheduling_failure")
  sandbox.announcer.app(app.id)
  // Before anybody asks for its signal: a request makes one only then.
  if (caller.answer !== null) return caller.answer
  const leave = () => {
    sandbox.world.tell((fleet, nowMs) => fleet.cancel(nowMs, live.slot, live.number, "disconnected"))
  }
  request.signal.addEventListener("abort", leave, { once: true })
  return caller.whenAnswered()
}
