/** What a rollout's damage is worth, in one currency. */
export interface Costs {
  readonly currency: string
  /** For a request in flight that is cut. */
  readonly perError: number
  /** For a minute until the app has recovered. */
  readonly perDegradedMinute: number
}

const perMs = { s: 1000, m: 60_000, h: 3_600_000 } as const
const minuteMs = 60_000

const pattern = /^(error|degraded)=(\d+(?:\.\d+)?)([A-Z]{3})(?:\/([smh]))?$/u

/** Reads `error=0.02USD` and `degraded=5USD/m`; a sentence where one cannot be read. */
export const parse = (words: ReadonlyArray<string>, currency: string): Costs | string | null => {
  if (words.length === 0) return null
  const costs = { currency, perError: 0, perDegradedMinute: 0 }
  for (const word of words) {
    const [, what, amount, money, per] = pattern.exec(word) ?? []
    const isRate = per !== undefined
    if (what === undefined || isRate !== (what === "degraded"))
      return `must be like error=0.02USD or degraded=5USD/m, got '${word}'`
    if (money !== currency) return `is in ${money}, the spec's prices are in ${currency}; use ${currency}`
    if (what === "error") costs.perError = Number(amount)
    else costs.perDegradedMinute = (Number(amount) * minuteMs) / perMs[per as keyof typeof perMs]
  }
  return costs
}
