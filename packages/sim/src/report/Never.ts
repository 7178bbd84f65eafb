import { scalerOf } from "@ebb/core/domain/App"
import { capacityUnits } from "@ebb/core/domain/Machine"
import { type Way, wayNames, wayOf } from "@ebb/core/domain/RolloutWay"
import * as Budget from "@ebb/core/fleet/strategy/Budget"
import { strategyOf } from "@ebb/core/fleet/strategy/Strategies"
import { scalers } from "@ebb/core/fleet/scaler/Scalers"
import * as Format from "@ebb/text/Format"
import type { RehearsalSpec } from "../spec/Spec.ts"

/** What can never finish, whatever is simulated, and what there would have to be more of. */
export interface Never {
  readonly sentence: string
  /** How many GPUs, or machines of a CPU type, by machine type. */
  readonly missing: Readonly<Record<string, number>>
}

/** Machines of one type: how many runners fit on all of them, and what is left over. */
interface Room {
  readonly type: string
  readonly units: number
  readonly runners: number
  readonly left: number
}

/** What the capacity of each listed type holds; null where one of them has no limit. */
const roomsOf = ({ app, capacity }: RehearsalSpec): ReadonlyArray<Room> | null => {
  const { gpus, machineTypes } = app.revision
  if (capacity === null) return null
  const rooms = machineTypes.map((type) => {
    const limit = capacity[type]
    if (limit === undefined) return null
    const units = capacityUnits(type, gpus)
    return { type, units, runners: Math.floor(limit / units), left: limit % units }
  })
  return rooms.every((room) => room !== null) ? rooms : null
}

const unit = (type: string): string => (type.startsWith("GPU-") ? type : `machine ${type}`)

/** The type of which the fewest are missing for so many more runners. */
const cheapest = (rooms: ReadonlyArray<Room>, runners: number): { readonly type: string; readonly count: number } =>
  rooms
    .map(({ left, type, units }) => ({ type, count: runners * units - left }))
    .reduce((best, each) => (each.count < best.count ? each : best))

const more = ({ count, type }: { readonly count: number; readonly type: string }): string => {
  const of = unit(type)
  return type.startsWith("GPU-") ? `${count} more ${of}` : `${count} more ${of}${count === 1 ? "" : "s"}`
}

/** The ways in which the spec would roll out. */
const waysOf = ({ app, rollouts, run }: RehearsalSpec): ReadonlyArray<Way> => {
  const own = wayOf(app.revision.rolloutOrder)
  const named = rollouts.flatMap(({ mode }) => (mode === null ? [] : [mode]))
  const used = new Set<string>([own, ...named, ...run.modes])
  return wayNames.filter((way) => used.has(way))
}

/** Whether a way ends no runner before another one serves: then that one needs a machine beside all others. */
const needsRoom = (way: Way, runners: number): boolean => {
  const { limits } = strategyOf(way)
  return !Budget.mayMissAll(limits) && Budget.unavailable(limits, runners) < 1
}

/** The fewest runners that serve when it is rolled out: those that there always are. */
const leastServing = ({ app }: RehearsalSpec): number => {
  const nothing = { inFlight: 0, waiting: 0, serving: 0, counted: 0, scalerNotes: [] }
  const scaler = scalers[scalerOf(app)]
  return scaler.target({ ...nothing, maxMultiplexing: app.revision.maxMultiplexing, scaling: app.scaling }, 0)
}

const noMachine = (rooms: ReadonlyArray<Room>): Never => {
  const wanted = cheapest(rooms, 1)
  const types = rooms.map(({ type }) => type).join(" or ")
  return {
    sentence: `No runner ever starts: one needs ${wanted.count} more ${unit(wanted.type)} than capacity has. Raise capacity.${wanted.type}, or name another machine type than ${types}.`,
    missing: { [wanted.type]: wanted.count }
  }
}

const tooFew = (rooms: ReadonlyArray<Room>, fit: number, least: number): Never => {
  const wanted = cheapest(rooms, least - fit)
  return {
    sentence: `${Format.counted(least, "runner")} are always wanted and ${fit === 0 ? "none fits" : `only ${fit} fit`} into the capacity: ${more(wanted)} ${wanted.count === 1 ? "is" : "are"} missing. Raise capacity.${wanted.type}, or lower scaling.min_concurrency.`,
    missing: { [wanted.type]: wanted.count }
  }
}

const noRoom = (way: Way, rooms: ReadonlyArray<Room>, least: number): Never => {
  const wanted = cheapest(rooms, 1)
  const held = rooms.map(({ type }) => type).join(" and ")
  return {
    sentence: `A ${way} rollout never finishes: it needs ${more(wanted)} for the first replacement, and ${least === 1 ? "the runner that there always is holds" : `the ${least} runners that there always are hold`} all of ${held}. Raise capacity.${wanted.type}, or stop first (--mode graceful).`,
    missing: { [wanted.type]: wanted.count }
  }
}

/** Whether a runner may end without a rollout: then its machine is free for the first replacement. */
const mayEndBefore = ({ app, faults }: RehearsalSpec): boolean =>
  faults.crash !== null || faults.plan.some((fault) => fault.do === "crash") || app.revision.healthCheck !== null

/**
 * What cannot finish, from the settings alone; null where nothing says so. That more than `max_concurrency` run during a rollout is
 * allowed by rule, so only machines can be missing.
 */
export const find = (spec: RehearsalSpec): Never | null => {
  const rooms = roomsOf(spec)
  if (rooms === null) return null
  const fit = rooms.reduce((sum, { runners }) => sum + runners, 0)
  const least = leastServing(spec)
  if (fit === 0) return noMachine(rooms)
  if (fit < least) return tooFew(rooms, fit, least)
  if (mayEndBefore(spec)) return null
  const stuck = waysOf(spec).find((way) => fit === least && needsRoom(way, least))
  return stuck === undefined ? null : noRoom(stuck, rooms, least)
}
