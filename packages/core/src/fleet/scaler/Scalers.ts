import type { ScalerName } from "../../domain/App.ts"
import type { Scaler } from "../../domain/Scaler.ts"
import { falScaler } from "./FalScaler.ts"

/** What decides how many runners an app has, by the name that the app gives it. */
export type Scalers = Readonly<Record<ScalerName, Scaler>>

/** The scalers that a Fleet knows unless it is given others. */
export const scalers: Scalers = { fal: falScaler }
