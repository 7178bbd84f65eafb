import type { Address } from "@ebb/processes/Ready"
import { refuse } from "../../edge/Refusal.ts"
import type { Caller, LiveRequest, Session, Settled } from "../../kernel/LiveRequest.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"
import type { World } from "../../kernel/World.ts"
import type { Attempt } from "../../kernel/Attempt.ts"
import * as Answers from "../data/Answers.ts"
import { ProcessSession } from "./ProcessSession.ts"
import type { RealtimeOptions } from "./RealtimeOptions.ts"
import type { SessionEvent, SessionWith, Upgrade } from "./Session.ts"
import { SimulatedSession } from "./SimulatedSession.ts"

/** Who holds a realtime connection: it waits for a runner like a direct request, then talks to it. */
export class RealtimeCaller implements Caller, Session {
  private readonly world: World
  private readonly upgrade: Pick<Upgrade, "request" | "socket" | "head" | "path">
  private readonly options: RealtimeOptions
  private session: SessionWith | null = null
  live: LiveRequest | null = null

  constructor(world: World, upgrade: RealtimeCaller["upgrade"], options: RealtimeOptions) {
    this.world = world
    this.upgrade = upgrade
    this.options = options
    upgrade.socket.on("error", () => upgrade.socket.destroy())
    upgrade.socket.once("close", () => this.callerGone())
  }

  /** The caller goes away while it waits. */
  private callerGone(): void {
    const { live } = this
    if (this.session !== null || live === null) return
    this.world.tell((fleet, nowMs) => fleet.cancel(nowMs, live.slot, live.number, "disconnected"))
  }

  private upgradeFor({ epoch, slot }: Attempt): Upgrade {
    const { world } = this
    const tell = (event: SessionEvent) =>
      world.tell((fleet, nowMs) => {
        if (event === "refused") fleet.broken(nowMs, slot, epoch, "refused")
        else if (event === "cut") fleet.broken(nowMs, slot, epoch, "incomplete")
        else fleet.session(nowMs, slot, epoch, event)
      })
    return { ...this.upgrade, requestId: this.live?.id ?? "", tell }
  }

  connect(address: Address, attempt: Attempt): Promise<void> {
    const session = new ProcessSession(this.upgradeFor(attempt), address)
    this.session = session
    return session.over
  }

  simulate(runner: LiveRunner, attempt: Attempt, heldUntilMs: () => number): void {
    const { clock, pacer } = this.world
    const { serviceMs, waitingMax } = this.options
    const number = this.live?.number ?? 0
    const service = {
      serviceMs: (message: number) => serviceMs ?? runner.revision.profile.serviceMs(number * 4096 + message),
      heldUntilMs,
      nowMs: () => clock.nowMs(),
      at: (atMs: number, run: () => void) => void pacer.at(atMs, run)
    }
    this.session = new SimulatedSession(this.upgradeFor(attempt), service, waitingMax)
  }

  close(code: number): void {
    this.session?.close(code)
  }

  sent(): void {}

  begin(): null {
    return null
  }

  settled(settled: Settled): void {
    if (this.session !== null) this.session.end()
    else void refuse(this.upgrade.socket, Answers.response(settled, this.live?.id ?? "", null))
  }
}
