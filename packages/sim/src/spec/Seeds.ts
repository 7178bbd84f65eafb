/** The most seeds that a spec, an option or a wanted precision may ask for. */
export const seedsMost = 1000

/** The largest first seed: beyond it, one of those that may follow would equal another (2^53 + 1 is 2^53 in a double). */
export const seedMost = Number.MAX_SAFE_INTEGER - seedsMost + 1
