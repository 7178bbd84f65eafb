/**
 * The rules of a serverless fleet of GPU runners as a pure, deterministic state machine.
 *
 * @packageDocumentation
 */
export * as App from "./domain/App.ts"
export * as Errors from "./domain/errors.ts"
export * as Machine from "./domain/Machine.ts"
export * as Measures from "./domain/Measures.ts"
export * as RolloutReport from "./domain/RolloutReport.ts"
export * as RolloutWay from "./domain/RolloutWay.ts"
export * as Scaler from "./domain/Scaler.ts"
export { ErrorType, errorTypeNames } from "./fleet/ErrorType.ts"
export { Fleet } from "./fleet/Fleet.ts"
export * as FleetPort from "./fleet/FleetPort.ts"
export { plainSubmission, type Submission } from "./fleet/Intake.ts"
export * as RolloutReports from "./fleet/RolloutReports.ts"
export { type Scalers, scalers } from "./fleet/scaler/Scalers.ts"
export { type Strategies, strategies } from "./fleet/strategy/Strategies.ts"
export * as Strategy from "./fleet/strategy/Strategy.ts"
export * as Journal from "./journal/Journal.ts"
export * as Replay from "./journal/Replay.ts"
export * as Records from "./tables/Records.ts"
export * as Request from "./tables/RequestState.ts"
export * as RunnerState from "./tables/RunnerState.ts"
