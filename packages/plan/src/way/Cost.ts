/** What a rollout's damage is worth, in one currency. */
export interface Costs {
  readonly currency: string
  /** For a request in flight that ends in an error. */
  readonly perError: number
  /** For a minute until the app has recovered. */
  readonly perDegradedMinute: number
}

const perMs = { s: 1000, m: 60_000, h: 3_600_000 } as const
const minuteMs = 60_000

const shape = /^(error|degraded)=(.+)$/u
const rate = /\/([smh])$/u
const priced = /^(\d+(?:\.\d+)?)\s*([^\d\s./].*)$/u
const number = /^\d+(?:\.\d+)?$/u

/** An amount, and the money that it is in: that of the spec however it is written there; null where it is none. */
const amountOf = (text: string, currency: string): readonly [amount: number, money: string] | null => {
  const own = text.endsWith(currency) ? text.slice(0, text.length - currency.length).trimEnd() : ""
  if (number.test(own)) return [Number(own), currency]
  const [, amount, money] = priced.exec(text) ?? []
  return money === undefined || rate.test(money) ? null : [Number(amount), money]
}

/** Reads `error=0.02USD` and `degraded=5USD/m`; a sentence where one cannot be read. */
export const parse = (words: ReadonlyArray<string>, currency: string): Costs | string | null => {
  if (words.length === 0) return null
  const costs = { currency, perError: 0, perDegradedMinute: 0 }
  for (const word of words) {
    const [, what, text = ""] = shape.exec(word) ?? []
    const per = what === "degraded" ? rate.exec(text)?.[1] : undefined
    const found = amountOf(per === undefined ? text : text.replace(rate, ""), currency)
    if (found === null || (what === "degraded" && per === undefined))
      return `must be like error=0.02${currency} or degraded=5${currency}/m, got '${word}'`
    const [amount, money] = found
    if (money !== currency) return `is in ${money}, the spec's prices are in ${currency}; use ${currency}`
    if (what === "error") costs.perError = amount
    else costs.perDegradedMinute = (amount * minuteMs) / perMs[per as keyof typeof perMs]
  }
  return costs
}
