/** An invariant of docs/architecture.md that did not hold. */
export class Violation extends Error {
  readonly invariant: number

  constructor(invariant: number, what: string) {
    super(`invariant ${invariant}: ${what}`)
    this.invariant = invariant
  }
}

/** Nothing, if it holds. */
export const hold = (invariant: number, holds: boolean, what: () => string): void => {
  if (!holds) throw new Violation(invariant, what())
}

/** Counts by name. */
export type Seen = Map<string, number>
