import type { ScalerName } from "../../domain/App.ts"
import type { Scaler } from "../../domain/Scaler.ts"
import { falScaler } from "./FalScaler.ts"

/** What decides how many runners an app has, by the name that the app gives it. */
export type Scalers = Readonly<Record<ScalerName, Scaler>>

export const scalers: Scalers = { fal: falScaler }
