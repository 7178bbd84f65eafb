import { RequestKind } from "@ebb/core/tables/RequestState"
import { Context, Effect, Layer, Result } from "effect"
import { Admission, type Gate } from "../../control/Admission.ts"
import * as Body from "../../edge/Body.ts"
import * as Held from "../../edge/Held.ts"
import { notAllowed, plainError, platformError } from "../../edge/PlatformErrors.ts"
import { type Allowed, AllowedCallers } from "../../edge/Strangers.ts"
import { type Announcer, Announcing } from "../../kernel/Announcer.ts"
import { currentRevision, drawServiceMs } from "../../kernel/CurrentRevision.ts"
import { Kernel, type LiveFleet } from "../../kernel/Kernel.ts"
import { LiveRequest } from "../../kernel/LiveRequest.ts"
import { Access, type AppAccess, type Callable } from "./Access.ts"
import type { Address } from "./Address.ts"
import { DirectCaller } from "./DirectCaller.ts"
import * as FrontDoor from "./FrontDoor.ts"
import * as Options from "./Options.ts"
import { QueuedRequests, type RequestQueue } from "./Queue.ts"

interface Needs {
  readonly access: AppAccess
  readonly allowed: Allowed
  readonly announcer: Announcer
  readonly gate: Gate
  readonly kernel: LiveFleet
  readonly queue: RequestQueue
}

/** A request to an app, from a caller who may call it. */
interface Incoming extends Callable {
  readonly request: Request
  readonly address: Address
  /** As the app sees it, with its query. */
  readonly path: string
  readonly kind: RequestKind
}

/** These ask about an address and change nothing, so they are no request to an app; its own server may answer the first two. */
const isOnlyAsking = (method: string, kind: RequestKind): boolean =>
  method === "TRACE" || (kind === RequestKind.queued && (method === "HEAD" || method === "OPTIONS"))

/** Takes the calls of apps, direct and queued. */
export class DataPlane {
  private readonly needs: Needs

  constructor(needs: Needs) {
    this.needs = needs
  }

  handle(request: Request, address: Address): Response | Promise<Response> {
    const { access, gate, queue } = this.needs
    const { target } = address
    if (target === null) return plainError(404, "Not found")
    const authorization = request.headers.get("authorization")
    const { clock } = this.needs.kernel.world
    if (target.kind === "request") {
      const found = access.askable(target, authorization)
      if (found instanceof Response) return found
      const answer = () => queue.handle(found, target, request, address)
      return target.what === "cancel" ? answer() : FrontDoor.pass(found.app, "poll", clock, request, answer)
    }
    const found = access.callable(target, authorization)
    if (found instanceof Response) return found
    if (gate.isClosed) return plainError(503, "The sandbox is going down")
    const kind = target.kind === "run" ? RequestKind.direct : RequestKind.queued
    if (isOnlyAsking(request.method, kind)) return notAllowed("POST")
    const { app, callerId } = found
    const path = `${target.path}${address.search}`
    const incoming = { request, address, path, kind, app, callerId }
    if (kind === RequestKind.direct) return this.accept(incoming)
    return FrontDoor.pass(app, "submit", clock, request, () => this.accept(incoming))
  }

  private accept(incoming: Incoming): Response | Promise<Response> {
    const { address, app, callerId, kind, request } = incoming
    const { allowed, kernel } = this.needs
    const asker = { hosts: allowed.hosts, isOwner: callerId === app.team }
    const read = Options.read(kind, request.headers, address.query, asker)
    if (Result.isFailure(read)) return platformError(400, "bad_request", read.failure)
    const options = read.success
    if (kind === RequestKind.direct && currentRevision(kernel.state, app).processes !== null) {
      return this.passOn(incoming, options)
    }
    // No async function on the way of a body of known length: at the speed of this path each of them is felt.
    return Body.readThen(request, (body) => (body instanceof Response ? body : this.route(incoming, options, body)))
  }

  /** A process may read the body while it comes, and answer before it is whole. */
  private async passOn(incoming: Incoming, options: Options.Options): Promise<Response> {
    const { request } = incoming
    if (Body.isAnnouncedTooLarge(request)) return Body.tooLarge()
    const passing = new Body.Passing(request)
    const answer = await this.run(incoming, options, passing.stream)
    return passing.isTooLarge ? Body.tooLarge() : answer
  }

  private route(incoming: Incoming, options: Options.Options, body: Uint8Array): Response | Promise<Response> {
    if (incoming.kind === RequestKind.queued) return this.needs.queue.submit(incoming, options, body)
    const run = () => this.run(incoming, options, body)
    return Body.isSmall(body.length) ? run() : Held.during(body.length, incoming.request, run)
  }

  private run(
    { address, app, callerId, path, request }: Incoming,
    options: Options.Options,
    body: LiveRequest["call"]["body"]
  ): Response | Promise<Response> {
    const { announcer, kernel } = this.needs
    const id = crypto.randomUUID()
    const caller = new DirectCaller(id, address.isStream)
    const call = { method: request.method, path, headers: request.headers, body }
    const serviceMs = options.serviceMs ?? drawServiceMs(kernel.state, app)
    const live = new LiveRequest({ id, app, kind: RequestKind.direct, call, caller, callerId, serviceMs })
    if (!kernel.submissions.submit(live, options.submission)) return platformError(503, "runner_scheduling_failure")
    announcer.app(app.id)
    // Before anybody asks for its signal: a request makes one only then.
    if (caller.answer !== null) return caller.answer
    const leave = () => {
      live.forgetBody()
      kernel.world.tell((fleet, nowMs) => fleet.cancel(nowMs, live.slot, live.number, "disconnected"))
    }
    request.signal.addEventListener("abort", leave, { once: true })
    return caller.whenAnswered()
  }
}

export class Data extends Context.Service<Data, DataPlane>()("@ebb/runtime/planes/data/Data") {
  static readonly layer = Layer.effect(
    Data,
    Effect.gen(function* () {
      const allowed = yield* AllowedCallers
      const gate = yield* Admission
      const needs = { access: yield* Access, allowed, announcer: yield* Announcing, gate, kernel: yield* Kernel }
      return new DataPlane({ ...needs, queue: yield* QueuedRequests })
    })
  )
}
