import { type Film, type FilmedAttempt, type FilmedRequest, RunnerScene } from "@ebb/sim/film/Film"

/** How a request ended, as it is shown: `drained` on a runner that had been told to stop. */
export type Ending = "answered" | "drained" | "failed" | "cancelled"

/** Where a request is at a moment. */
export type Place =
  | { readonly at: "line" }
  | { readonly at: "slot"; readonly attempt: FilmedAttempt; readonly progress: number }
  | { readonly at: "exit"; readonly ending: Ending; readonly sinceMs: number; readonly last: FilmedAttempt | null }

/** A request of the film with what the picture needs to know of it beforehand. */
export interface Role {
  readonly request: FilmedRequest
  readonly endMs: number
  readonly ending: Ending | null
  /** From when on it was lost once and is tried again; Infinity: never. */
  readonly againMs: number
  /** Its place among those that failed. */
  readonly failure: number
}

/** What a runner does from one moment to the next. */
export interface Spell {
  readonly scene: RunnerScene
  readonly fromMs: number
  readonly toMs: number
}

/** A runner and the cell of the grid in which it is shown. */
export interface Seat {
  readonly number: number
  readonly cell: number
  readonly spells: ReadonlyArray<Spell>
  readonly endMs: number
}

const isOver = (scene: RunnerScene): boolean => scene === RunnerScene.ended || scene === RunnerScene.cut

/** A place in the grid for each runner; one that is over gives its own to a later one. */
const seated = ({ runners, toMs }: Film): ReadonlyArray<Seat> => {
  const freeFromMs: Array<number> = []
  return runners
    .toSorted((a, b) => a.scenes[0]![0] - b.scenes[0]![0] || a.number - b.number)
    .map(({ number, scenes }) => {
      const beginMs = scenes[0]![0]
      const endMs = scenes.find(([, scene]) => isOver(scene))?.[0] ?? Infinity
      const found = freeFromMs.findIndex((ms) => ms < beginMs)
      const cell = found < 0 ? freeFromMs.length : found
      freeFromMs[cell] = endMs
      const spells = scenes.map(([fromMs, scene], at) => ({ scene, fromMs, toMs: scenes[at + 1]?.[0] ?? toMs }))
      return { number, cell, spells, endMs }
    })
}

/** When each runner was told to end. */
const signalsOf = ({ runners }: Film): ReadonlyMap<number, number> =>
  new Map(
    runners.map(({ number, scenes }) => [
      number,
      scenes.find(([, scene]) => scene >= RunnerScene.draining)?.[0] ?? Infinity
    ])
  )

const endingOf = ({ attempts, endMs, outcome }: FilmedRequest, signals: ReadonlyMap<number, number>): Ending | null => {
  if (outcome === null) return null
  if (outcome !== "completed") return outcome === "errored" ? "failed" : "cancelled"
  const last = attempts.at(-1)
  return last !== undefined && (signals.get(last[0]) ?? Infinity) < (endMs ?? 0) ? "drained" : "answered"
}

/** A film made ready to be shown at any moment: who stands where, and how each request ends. */
export class Script {
  readonly film: Film
  readonly seats: ReadonlyMap<number, Seat>
  readonly cells: number
  /** In the order in which they came. */
  readonly roles: ReadonlyArray<Role>
  /** When requests ended in a way that is counted, in order. */
  private readonly failedMs: ReadonlyArray<number>
  private readonly drainedMs: ReadonlyArray<number>

  constructor(film: Film) {
    this.film = film
    const seats = seated(film)
    this.seats = new Map(seats.map((seat) => [seat.number, seat]))
    this.cells = Math.max(1, ...seats.map(({ cell }) => cell + 1))
    const signals = signalsOf(film)
    const plain = film.requests.map((request) => ({
      request,
      endMs: request.endMs ?? Infinity,
      ending: endingOf(request, signals),
      againMs: request.attempts[1] === undefined ? Infinity : (request.attempts[0]?.[3] ?? Infinity)
    }))
    const timesOf = (wanted: Ending) =>
      plain
        .filter(({ ending }) => ending === wanted)
        .map(({ endMs }) => endMs)
        .sort((a, b) => a - b)
    this.failedMs = timesOf("failed")
    this.drainedMs = timesOf("drained")
    const failures = plain.filter(({ ending }) => ending === "failed").toSorted((a, b) => a.endMs - b.endMs)
    const order = new Map(failures.map(({ request }, at) => [request, at]))
    this.roles = plain.map((role) => ({ ...role, failure: order.get(role.request) ?? 0 }))
  }

  /** What the runner does at a moment; null before it is there and long after. */
  spellAt({ spells }: Seat, atMs: number): Spell | null {
    return spells.findLast(({ fromMs }) => fromMs <= atMs) ?? null
  }

  failedBy(atMs: number): number {
    return countUpTo(this.failedMs, atMs)
  }

  drainedBy(atMs: number): number {
    return countUpTo(this.drainedMs, atMs)
  }

  /** Where a request that has come is. */
  placeOf({ ending, endMs, request }: Role, atMs: number): Place {
    if (endMs <= atMs && ending !== null) {
      return { at: "exit", ending, sinceMs: endMs, last: request.attempts.at(-1) ?? null }
    }
    const attempt = request.attempts.findLast(([, , fromMs]) => fromMs <= atMs)
    if (attempt === undefined || (attempt[3] ?? Infinity) <= atMs) return { at: "line" }
    const [, , fromMs, , dueMs] = attempt
    const progress = dueMs === null ? stuck : Math.min(1, (atMs - fromMs) / Math.max(1, dueMs - fromMs))
    return { at: "slot", attempt, progress }
  }
}

/** How far one comes that will never be done. */
const stuck = 0.5

const countUpTo = (sorted: ReadonlyArray<number>, atMs: number): number => {
  const after = sorted.findIndex((ms) => ms > atMs)
  return after < 0 ? sorted.length : after
}
