/**
 * Checks how a server ends: it is started, sent requests and told to end, and what was seen of it is told together with what
 * follows from that. `Check.run` does it; `CheckSettings.defaults` are those of `ebb check`. Linux and macOS; times are
 * milliseconds.
 *
 * @module
 */
export * as Assertion from "./Assertion.ts"
export * as Check from "./Check.ts"
export * as CheckReport from "./CheckReport.ts"
export { type CheckSettings, defaults } from "./CheckSettings.ts"
