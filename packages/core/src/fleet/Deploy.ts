import type { Revision, Scaling } from "../domain/App.ts"
import { EndCause } from "../tables/EndCause.ts"
import type { AppState } from "../tables/Records.ts"
import type { RevisionState } from "../tables/RevisionState.ts"
import { isEnding, isServing, RunnerState } from "../tables/RunnerState.ts"
import * as Autoscaler from "./Autoscaler.ts"
import type { FleetState } from "./FleetState.ts"
import * as Portions from "./Portions.ts"
import * as Shutdown from "./Shutdown.ts"
import * as Slots from "./Slots.ts"
import * as StartUp from "./StartUp.ts"
import * as Verification from "./Verification.ts"

/** How a revision takes over: `rolling` starts a verification runner first, `recreate` switches at once (platform rule 9). */
export type DeployStrategy = "rolling" | "recreate"

/** A new revision, the scaling to replace the app's if it is to be reset, and how it takes over. */
export interface DeployCommand {
  readonly revision: Revision
  readonly scaling: Scaling | null
  readonly strategy: DeployStrategy
  readonly detached: boolean
}

/** Whether a verification runner has to serve before the app switches; else it switches at once (platform rule 9). */
export const isVerifiedFirst = ({ detached, strategy }: Pick<DeployCommand, "detached" | "strategy">): boolean =>
  strategy === "rolling" && !detached

/** What is in force once an app has switched to a revision: that brings its settings, and the app keeps its scaling unless it is reset (platform rule 9). */
export const switched = (
  app: Readonly<Pick<AppState, "scaling">>,
  settings: Revision,
  scaling: Scaling | null
): Pick<AppState, "scaling" | "settings"> => ({ scaling: scaling ?? app.scaling, settings })

/** Deploys a revision; its number names it from now on (platform rule 9). */
export const start = (fleet: FleetState, app: AppState, command: DeployCommand): number => {
  const revision: RevisionState = { number: ++app.revisionsMade, settings: command.revision }
  beginDeploy(fleet, app, revision, command.scaling, isVerifiedFirst(command))
  return revision.number
}

/** Points the app at an earlier revision (platform rule 9, set-rev). */
export const restore = (fleet: FleetState, app: AppState, revision: RevisionState, strategy: DeployStrategy): void => {
  if (revision.number !== app.revision.number)
    beginDeploy(fleet, app, revision, null, isVerifiedFirst({ strategy, detached: false }))
}

/** It cannot be deleted (platform rule 11). */
export const isCurrent = ({ deleted, revision }: AppState, number: number): boolean =>
  !deleted && revision.number === number

/** If the revision is being deployed, that is given up at once with its verification runner (platform rule 11). */
export const kill = (fleet: FleetState, app: AppState, revision: number): void => {
  const { verifying } = app
  if (verifying?.revision.number === revision) Shutdown.kill(fleet, verifying, EndCause.operator)
  const alive = app.allRunners().filter((runner) => runner !== verifying && runner.revision.number === revision)
  Portions.begin(fleet, alive, { kills: true, cause: EndCause.operator, rollouts: [] })
}

const beginDeploy = (
  fleet: FleetState,
  app: AppState,
  revision: RevisionState,
  scaling: Scaling | null,
  verified: boolean
): void => {
  const earlier = app.verifying
  if (earlier !== null) Verification.abort(fleet, app)
  if (earlier !== null) Shutdown.stop(fleet, earlier, EndCause.revision)
  app.verifyingRevision = revision
  app.verifyingScaling = scaling
  if (verified) app.verifying = StartUp.createVerification(fleet, app, revision)
  else switchTo(fleet, app)
}

/**
 * The verification runner serves: once no step is under way, the alias switches and every runner of the old revision is stopped
 * (platform rule 9, 3a).
 */
export const takeOver = (fleet: FleetState, app: AppState): void => {
  const runner = app.verifying
  if (runner === null || !isServing(runner.state) || Portions.areLeft(fleet, app)) return
  runner.verification = false
  app.verifying = null
  switchTo(fleet, app)
  Slots.enlist(runner)
}

/** Something is about to happen to the whole app: what is under way comes first, and what has waited for that. */
export const finishStep = (fleet: FleetState, app: AppState): void => {
  Portions.finish(fleet, app)
  if (app.verifying === null) return
  takeOver(fleet, app)
  Portions.finish(fleet, app)
}

const switchTo = (fleet: FleetState, app: AppState): void => {
  const revision = app.verifyingRevision!
  app.revision = revision
  Object.assign(app, switched(app, revision.settings, app.verifyingScaling))
  app.verifyingRevision = null
  app.verifyingScaling = null
  app.applySettings()
  stopOthers(fleet, app)
  Autoscaler.dropDelayed(fleet, app)
  StartUp.liftBackoff(fleet, app)
  fleet.port.deployChanged(app, revision, "switched")
}

/** One held back has not started yet: it will, with the new revision. */
const stopOthers = (fleet: FleetState, app: AppState): void => {
  const others = app.allRunners().filter(({ revision, state }) => revision !== app.revision && !isEnding(state))
  for (const runner of others) if (runner.state === RunnerState.FAILURE_DELAY) runner.revision = app.revision
  const old = others.filter(({ revision }) => revision !== app.revision)
  Portions.begin(fleet, old, { kills: false, cause: EndCause.revision, rollouts: [] })
}
