import type { Strategy } from "./Strategy.ts"
import { stopFirst } from "./StopFirst.ts"

/** Every runner is killed at once (platform rule 8.3). */
export const force: Strategy = { ...stopFirst, kills: true }
