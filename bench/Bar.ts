/** One thing that was measured, beside what it must not miss. */
export interface Bar {
  readonly name: string
  readonly measured: number
  /** The least that passes, or the most. */
  readonly least?: number
  readonly most?: number
  /** Stands behind the number: "×" for ratios. */
  readonly unit: "×" | " ms" | " MiB"
  /** What the number is made of. */
  readonly detail: string
}

export const passes = ({ least = -Infinity, measured, most = Infinity }: Bar): boolean =>
  measured >= least && measured <= most

const decimals = { "×": 2, " ms": 0, " MiB": 0 } as const

const number = (bar: Bar, value: number): string => `${value.toFixed(decimals[bar.unit])}${bar.unit}`

const limit = (bar: Bar): string =>
  bar.least === undefined ? `at most ${number(bar, bar.most ?? Infinity)}` : `at least ${number(bar, bar.least)}`

/** One line of the table. */
export const line = (bar: Bar): string =>
  [
    passes(bar) ? "✔" : "✘",
    bar.name.padEnd(62),
    number(bar, bar.measured).padStart(9),
    limit(bar).padEnd(17),
    bar.detail
  ].join("  ")
