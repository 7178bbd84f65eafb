/**
 * Rehearses rollouts of a serverless fleet in virtual time.
 *
 * @packageDocumentation
 */
export * as Assertion from "./report/Assertion.ts"
export * as AssertionText from "./report/AssertionText.ts"
export * as Comparison from "./compare/Comparison.ts"
export * as ComparisonRows from "./compare/ComparisonRows.ts"
export * as ComparisonVerdict from "./compare/ComparisonVerdict.ts"
export * as Experiment from "./experiment/Experiment.ts"
export * as Format from "@ebb/text/Format"
export * as Jobs from "./jobs/Jobs.ts"
export * as Journal from "./experiment/Journal.ts"
export * as Measures from "./measure/Measures.ts"
export * as Presets from "./spec/Presets.ts"
export * as RehearsalReport from "./report/RehearsalReport.ts"
export * as RunMeasures from "./measure/RunMeasures.ts"
export * as SeedRuns from "./experiment/SeedRuns.ts"
export * as Serve from "./jobs/Serve.ts"
export * as Simulation from "./experiment/Simulation.ts"
export * as Spec from "./spec/Spec.ts"
export { SpecError } from "./spec/SpecError.ts"
export { SpecSchema } from "./spec/SpecSchema.ts"
export * as WorkerPool from "./jobs/WorkerPool.ts"
export { VirtualWorld } from "./world/VirtualWorld.ts"
