import type { Request, Runner } from "../tables/Records.ts"
import { RequestStage } from "../tables/RequestState.ts"
import { isServing, type RunnerState } from "../tables/RunnerState.ts"
import * as Deploy from "./Deploy.ts"
import type { FleetState } from "./FleetState.ts"
import * as Portions from "./Portions.ts"

// What an input is about. If a rollout has still something to do with that runner, it comes first.

/** The runner at a slot, or null when that epoch is over. */
export const runner = (fleet: FleetState, nowMs: number, slot: number, epoch: number): Runner | null => {
  const found = fleet.runners.find(slot, epoch)
  return found !== null && wasAhead(fleet, nowMs, found) ? fleet.runners.find(slot, epoch) : found
}

const wasAhead = (fleet: FleetState, nowMs: number, found: Runner): boolean => {
  if (!Portions.areLeft(fleet, found.app)) return false
  fleet.nowMs = nowMs
  if (found.verification && isServing(found.state)) Deploy.finishStep(fleet, found.app)
  return Portions.comesFirst(fleet, found)
}

/** The same, if it is in that state. */
export const runnerIn = (
  fleet: FleetState,
  nowMs: number,
  slot: number,
  epoch: number,
  state: RunnerState
): Runner | null => {
  const found = runner(fleet, nowMs, slot, epoch)
  return found !== null && found.state === state ? found : null
}

/** A request without an outcome. */
export const openRequest = (fleet: FleetState, nowMs: number, slot: number, number: number): Request | null => {
  const request = openAt(fleet, slot, number)
  if (request !== null && Portions.endsFirst(fleet, nowMs, request)) return null
  return request !== null && request.stage === RequestStage.inFlight && wasAhead(fleet, nowMs, request.runner!)
    ? openAt(fleet, slot, number)
    : request
}

const openAt = ({ requests }: FleetState, slot: number, number: number): Request | null => {
  const request = requests.all[slot]
  const isOpen = request !== undefined && request.number === number && request.stage !== RequestStage.free
  return isOpen ? request : null
}

/** A request on a runner, while that attempt lasts. */
export const inFlight = (fleet: FleetState, nowMs: number, slot: number, epoch: number): Request | null => {
  const request = inFlightAt(fleet, slot, epoch)
  return request !== null && wasAhead(fleet, nowMs, request.runner!) ? inFlightAt(fleet, slot, epoch) : request
}

const inFlightAt = ({ requests }: FleetState, slot: number, epoch: number): Request | null => {
  const request = requests.find(slot, epoch)
  return request !== null && request.stage === RequestStage.inFlight ? request : null
}
