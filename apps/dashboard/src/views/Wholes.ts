/** An option, a time of one unit or two, or another number with its unit. */
const together = /(--\S+|[-+]?\d[\d.,]* (?:h \d+ m\b|m \d+ s\b|%|ms\b|s\b|m\b|h\b|min\b))/

/** A text in parts: every second one is not to be broken between lines. */
export const partsOf = (text: string): ReadonlyArray<string> => text.split(together)
