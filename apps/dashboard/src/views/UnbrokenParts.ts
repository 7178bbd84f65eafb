/** An option, a time of one unit or several, or another number with its unit. */
const together = /(--\S+|[-+]?\d[\d.,]* (?:(?:h \d+ )?min \d+ s\b|h \d+ (?:min|s)\b|%|ms\b|s\b|m\b|h\b|min\b))/

/** A text in parts: every second one is not to be broken between lines. */
export const partsOf = (text: string): ReadonlyArray<string> => text.split(together)
