export * as Simulation from "./Simulation.ts"
export * as Spec from "./Spec.ts"
export { SpecError } from "./SpecError.ts"
export { VirtualWorld } from "./VirtualWorld.ts"
