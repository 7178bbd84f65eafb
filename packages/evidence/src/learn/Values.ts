import { stringify } from "yaml"

/** Milliseconds as a spec writes them, to three significant digits: `45s`, `4.13s`, `250ms`. */
export const durationText = (ms: number): string => {
  const rounded = Number(ms.toPrecision(3))
  if (rounded >= 1000) return `${Number((rounded / 1000).toPrecision(12))}s`
  return `${Number(rounded.toPrecision(12))}ms`.replace(/^(\d)e-\d+ms$/u, "0ms")
}

/** A text as YAML writes it, on one line. */
export const yamlText = (text: string): string => stringify(text, { blockQuote: false, lineWidth: 0 }).trimEnd()

/** Milliseconds rounded up to whole seconds, as a setting of the platform. */
export const secondsText = (ms: number): string => `${Math.ceil(ms / 1000)}s`
