import type { Revision } from "../domain/App.ts"

/** One immutable deploy, as the Fleet holds it. */
export interface RevisionState {
  readonly number: number
  readonly settings: Revision
}
