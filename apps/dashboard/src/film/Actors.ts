import type { Geometry } from "./Geometry.ts"
import type { Role, Script } from "./Script.ts"

/** How a request looks. */
export type Costume = "waiting" | "working" | "again" | "drained" | "answered" | "failed" | "cancelled"

/** A request in the picture: where it is on its way, how it looks, how much of it is seen. */
export interface Actor {
  readonly role: Role
  x: number
  y: number
  alpha: number
  costume: Costume
  /** Nobody has seen it yet: it appears where it belongs. */
  isNew: boolean
}

/** So long in milliseconds of the wall a request that has ended is still seen. */
const leaveMs = { answered: 280, drained: 800, cancelled: 280 } as const
/** It comes this near to its place in as many milliseconds: a third of the way is left. */
const easeMs = 70
/** Rows of the line; who finds no room in them is only counted. */
const lineRows = 2

/** The requests that are seen at a moment; each goes to its place a little with every frame. */
export class Actors {
  private readonly script: Script
  private present: Array<Actor> = []
  private next = 0
  private atMs = -Infinity
  waiting = 0
  inFlight = 0
  /** How many of those waiting find no room in the picture. */
  unseen = 0

  constructor(script: Script) {
    this.script = script
  }

  get all(): ReadonlyArray<Actor> {
    return this.present
  }

  /** Goes to a moment. `wallMs` since the last frame; 0: everybody stands where they belong at once. */
  goTo(atMs: number, wallMs: number, speed: number, geometry: Geometry): void {
    if (atMs < this.atMs) {
      this.present = []
      this.next = 0
    }
    this.atMs = atMs
    this.enter(atMs)
    const ease = wallMs === 0 ? 1 : 1 - Math.exp(-wallMs / easeMs)
    this.waiting = 0
    this.inFlight = 0
    this.present = this.present.filter((actor) => this.move(actor, atMs, speed, ease, geometry))
    this.unseen = Math.max(0, this.waiting - roomInLine(geometry))
  }

  private enter(atMs: number): void {
    const { roles } = this.script
    for (; this.next < roles.length && roles[this.next]!.request.atMs <= atMs; this.next++) {
      this.present.push({ role: roles[this.next]!, x: 0, y: 0, alpha: 1, costume: "waiting", isNew: true })
    }
  }

  /** Moves one towards its place; whether it is still seen. */
  private move(actor: Actor, atMs: number, speed: number, ease: number, geometry: Geometry): boolean {
    const { role } = actor
    const place = this.script.placeOf(role, atMs)
    const isAgain = role.againMs <= atMs
    if (place.at === "line") {
      actor.alpha = this.waiting < roomInLine(geometry) ? 1 : 0
      const [x, y] = inLine(this.waiting++, geometry)
      actor.costume = isAgain ? "again" : "waiting"
      approach(actor, x, y, ease, geometry)
      return true
    }
    if (place.at === "slot") {
      this.inFlight++
      const seat = this.script.seats.get(place.attempt[0])
      if (seat === undefined) return true
      const [x, y] = geometry.inSlot(seat.cell, place.attempt[1], place.progress)
      actor.alpha = 1
      actor.costume = isAgain ? "again" : "working"
      approach(actor, x, y, ease, geometry)
      return true
    }
    actor.costume = place.ending
    if (place.ending === "failed") {
      const [x, y] = amongFailed(role.failure, geometry)
      approach(actor, x, y, ease, geometry)
      return role.endMs >= this.script.film.fromMs
    }
    actor.alpha = 1 - (atMs - place.sinceMs) / (leaveMs[place.ending] * speed)
    if (actor.isNew) return false
    actor.x += ease * geometry.dot
    return actor.alpha > 0
  }
}

const spacing = ({ dot }: Geometry): number => dot * 2 + 2

const roomInLine = (geometry: Geometry): number => lineRows * perRow(geometry)

/** The end of the line is kept free for the number of those who find no room. */
const perRow = (geometry: Geometry): number => Math.max(1, Math.floor((geometry.width - 44) / spacing(geometry)))

const inLine = (position: number, geometry: Geometry): readonly [number, number] => {
  const row = Math.min(lineRows, Math.floor(position / perRow(geometry)))
  const column = row === lineRows ? perRow(geometry) : position % perRow(geometry)
  const y = geometry.line.height - 6 - geometry.dot - Math.min(row, lineRows - 1) * spacing(geometry)
  return [geometry.dot + 2 + column * spacing(geometry), y]
}

const amongFailed = (position: number, geometry: Geometry): readonly [number, number] => {
  const room = Math.max(1, Math.floor((geometry.width - geometry.dot * 2) / (spacing(geometry) + 1)))
  const x = geometry.dot + 2 + (position % room) * (spacing(geometry) + 1)
  return [x, geometry.exit.y + geometry.exit.height / 2 + 2]
}

const approach = (actor: Actor, x: number, y: number, ease: number, { dot }: Geometry): void => {
  if (actor.isNew) {
    actor.isNew = false
    actor.x = ease === 1 ? x : -dot
    actor.y = ease === 1 ? y : dot + 2
  }
  actor.x += (x - actor.x) * ease
  actor.y += (y - actor.y) * ease
}
