import { Context, Effect, Layer } from "effect"
import { plainError } from "../edge/PlatformErrors.ts"
import { refuse } from "../edge/Refusal.ts"
import { type Allowed, AllowedCallers, refusalOf } from "../edge/Strangers.ts"
import type { Wish } from "../edge/WebSockets.ts"
import { Realtime, type RealtimePlane } from "./realtime/Realtime.ts"
import { type Host, SandboxHost } from "./rest/Host.ts"
import { Shells, type ShellSockets } from "./rest/ShellSocket.ts"

/** Takes connections that ask for another protocol: shells of runners, WebSockets of apps. */
export class UpgradePlane {
  private readonly allowed: Allowed
  private readonly host: Host
  private readonly realtime: RealtimePlane
  private readonly shells: ShellSockets

  constructor(allowed: Allowed, host: Host, realtime: RealtimePlane, shells: ShellSockets) {
    this.allowed = allowed
    this.host = host
    this.realtime = realtime
    this.shells = shells
  }

  async accept(wish: Wish): Promise<void> {
    const { request, socket } = wish
    const { host = "", origin = null } = request.headers
    const stranger = refusalOf(host, origin, this.allowed)
    if (stranger !== null) return refuse(socket, Response.json({ detail: stranger }, { status: 403 }))
    const url = URL.parse(request.url ?? "", this.host.addresses.url)
    if (url === null) return refuse(socket, plainError(400, "The target of the request is no URL"))
    if (this.shells.accept(wish, url)) return
    return this.realtime.accept(wish, url)
  }
}

export class Upgrades extends Context.Service<Upgrades, UpgradePlane>()("@ebb/runtime/planes/Upgrades") {
  static readonly layer = Layer.effect(
    Upgrades,
    Effect.gen(function* () {
      return new UpgradePlane(yield* AllowedCallers, yield* SandboxHost, yield* Realtime, yield* Shells)
    })
  )
}
