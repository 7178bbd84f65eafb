import type { LogLine } from "@ebb/protocol/rest/Shapes"
import { RequestKind } from "@ebb/core/tables/RequestState"
import type { FleetState } from "@ebb/core/fleet/FleetState"
import type { Runner } from "@ebb/core/tables/Records"
import type { RunnerState } from "@ebb/core/tables/RunnerState"
import type { LiveRevision, NamedApp } from "./LiveApp.ts"
import type { Logs } from "./Logs.ts"
import { type Guest, OwnLines } from "./OwnLines.ts"

/** What a process prints before it answers comes by another way than the answer, and may be read after it. */
const lateLinesMs = 200

/** Starts that fail again and again are not all kept. */
const momentsMost = 64

const noVariables: Readonly<Record<string, string>> = {}

/** How far the life of a runner is written down; each contains those before it. */
export const Written = { nothing: 0, began: 1, ready: 2, told: 3 } as const
export type Written = (typeof Written)[keyof typeof Written]

/** Where the Fleet keeps the record of a runner. */
export interface Place {
  readonly slot: number
  readonly epoch: number
}

/** A runner as the outside world knows it, beside what the Fleet knows. Times are wall milliseconds since the epoch. */
export class LiveRunner {
  readonly id: string
  readonly number: number
  /** Null of a runner of an earlier run. */
  readonly place: Place | null
  readonly app: NamedApp
  /** That of the Fleet: one that waits for its start takes over a newer one (platform rule 9). */
  revision: LiveRevision
  readonly createdAtMs: number
  /** Since when it starts: from then on it has a machine. */
  beganAtMs: number | null = null
  readyAtMs: number | null = null
  /** State and time by turns, in one array: runners are many. */
  private readonly entries: Array<number> = []
  endedAtMs: number | null = null
  /** What it was when it ended; null while it lives. */
  ended: { readonly machineType: string; readonly replaced: boolean } | null = null
  /** What it has come to while it lives, as far as that is written down. */
  written: Written = Written.nothing
  /** The environment variables that it was started with. */
  variables: Readonly<Record<string, string>> = noVariables
  environment = 0
  readonly logs: Logs
  /** When a request left it last. */
  private leftMs = -Infinity
  private ownLines: OwnLines | null = null
  private marked: Headers | null = null

  constructor(fields: Pick<LiveRunner, "id" | "number" | "place" | "app" | "revision" | "createdAtMs" | "logs">) {
    this.id = fields.id
    this.number = fields.number
    this.place = fields.place
    this.app = fields.app
    this.revision = fields.revision
    this.createdAtMs = fields.createdAtMs
    this.logs = fields.logs
  }

  /** What the Fleet knows of it; null when that has forgotten it. */
  recordIn({ runners }: FleetState): Runner | null {
    return this.place === null ? null : runners.find(this.place.slot, this.place.epoch)
  }

  /** It begins to start, as one of that revision, with that version of the environment. */
  begin(revision: LiveRevision, environment: number, atMs: number): void {
    this.revision = revision
    this.environment = environment
    this.beganAtMs = atMs
    this.marked = null
  }

  /** It came to a state in which it does not serve. */
  entered(state: RunnerState, atMs: number): void {
    if (this.entries.length < momentsMost * 2) this.entries.push(state, atMs)
  }

  /** When it came to each state in which it does not serve. */
  get moments(): ReadonlyArray<{ readonly state: RunnerState; readonly atMs: number }> {
    return Array.from({ length: this.entries.length / 2 }, (_, at) => ({
      state: this.entries[at * 2] as RunnerState,
      atMs: this.entries[at * 2 + 1]!
    }))
  }

  /** It serves; not for the first time, perhaps. */
  serves(atMs: number): void {
    if (this.readyAtMs !== null || this.beganAtMs === null) return
    this.readyAtMs = atMs
    this.revision.startTimes.record(this.readyAtMs - this.beganAtMs)
  }

  /** When it should be ready, by how long others of its revision took; null where that cannot be said. */
  expectedReadyMs(): number | null {
    const typicalMs = this.revision.startTimes.typicalMs()
    return this.beganAtMs === null || typicalMs === null ? null : this.beganAtMs + typicalMs
  }

  /** A request has come, and so many are on it now. */
  came(request: Guest, inFlight: number): void {
    const isAnothers = request.kind === RequestKind.queued && request.callerId !== this.app.team
    if (this.ownLines === null && !isAnothers) return
    const lateMs = this.revision.processes === null ? 0 : lateLinesMs
    this.ownLines ??= new OwnLines(this.logs, lateMs, this.leftMs)
    this.ownLines.came(request, inFlight)
  }

  /** A request has left it. */
  left(request: Pick<Guest, "callerId">): void {
    // What is simulated prints nothing late.
    if (this.revision.processes !== null) this.leftMs = Date.now()
    this.ownLines?.left(request, this.leftMs)
  }

  /** What it printed while that request alone was on it. */
  linesOf(id: string): ReadonlyArray<LogLine> {
    return this.ownLines?.of(id, this.logs.all()) ?? []
  }

  /** It has ended: what only a living one needs goes. */
  letGo(): void {
    this.logs.pack()
    this.marked = null
    this.variables = noVariables
  }

  /** What an answer says of the runner that gave it, to be copied. */
  get marks(): Headers {
    this.marked ??= new Headers({
      "x-ebb-runner": this.id,
      "x-ebb-revision": this.revision.id,
      "x-ebb-env-version": String(this.environment)
    })
    return this.marked
  }
}
