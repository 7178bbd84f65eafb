export * as Check from "./Check.ts"
export * as CheckReport from "./CheckReport.ts"
export type { CheckSettings } from "./CheckSettings.ts"
