import type { AppHistory } from "@ebb/protocol/rest/Events"
import type { FleetState } from "@ebb/core/fleet/FleetState"
import type { KnownApps } from "../../kernel/Apps.ts"
import type { LiveApp } from "../../kernel/LiveApp.ts"

const keptMs = 15 * 60_000

/** An app at one moment. */
interface Moment {
  readonly atMs: number
  readonly inFlight: number
  readonly waiting: number
  readonly slotsReady: number
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly errored: number
}

const momentOf = (fleet: FleetState, app: LiveApp, atMs: number): Moment => {
  const state = fleet.apps[app.slot]!
  const latency = app.latency.summary()
  return {
    atMs,
    inFlight: state.attempts.length,
    waiting: state.waiting + state.backoff,
    slotsReady: state.slotsReady,
    p50Ms: latency?.p50 ?? null,
    p99Ms: latency?.p99 ?? null,
    errored: state.totals.errored
  }
}

/** How the apps looked over the last quarter of an hour, a moment for each second in which something changed. */
export class History {
  private readonly apps: KnownApps
  private readonly fleet: FleetState
  private readonly moments = new Map<LiveApp, Array<Moment>>()
  private readonly changed = new Set<string>()

  constructor(apps: KnownApps, fleet: FleetState) {
    this.apps = apps
    this.fleet = fleet
  }

  /** Something about that app changed. */
  note(id: string): void {
    this.changed.add(id)
  }

  /** Takes down how those look that changed; to be called once a second. */
  write(): void {
    const atMs = Date.now()
    for (const id of this.changed) {
      const app = this.apps.byId(id)
      if (app !== null) this.add(app, atMs)
    }
    this.changed.clear()
  }

  private add(app: LiveApp, atMs: number): void {
    if (app.deleted) return void this.moments.delete(app)
    const moments = this.moments.get(app) ?? []
    this.moments.set(app, moments)
    moments.push(momentOf(this.fleet, app, atMs))
    while (moments[0]!.atMs < atMs - keptMs) moments.shift()
  }

  of(app: LiveApp): AppHistory {
    const moments = this.moments.get(app) ?? []
    const column = <Key extends keyof Moment>(key: Key): Array<Moment[Key]> => moments.map((moment) => moment[key])
    return {
      alias: app.alias,
      atMs: column("atMs"),
      inFlight: column("inFlight"),
      waiting: column("waiting"),
      slotsReady: column("slotsReady"),
      p50Ms: column("p50Ms"),
      p99Ms: column("p99Ms"),
      errored: column("errored")
    }
  }
}
