const operators = {
  "==": (a: number, b: number) => a === b,
  "!=": (a: number, b: number) => a !== b,
  "<=": (a: number, b: number) => a <= b,
  ">=": (a: number, b: number) => a >= b,
  "<": (a: number, b: number) => a < b,
  ">": (a: number, b: number) => a > b
} as const
type Operator = keyof typeof operators

const units = {
  "": { kind: "none", size: 1 },
  ms: { kind: "time", size: 1 },
  s: { kind: "time", size: 1000 },
  m: { kind: "time", size: 60_000 },
  min: { kind: "time", size: 60_000 },
  h: { kind: "time", size: 3_600_000 },
  "%": { kind: "share", size: 0.01 }
} as const
const words = { true: 1, false: 0 } as const

/** What the unit of a number makes of it; `truth` is one of the words true and false. */
type UnitKind = (typeof units)[keyof typeof units]["kind"] | "truth"

/** A value of a report held against a number: `PATH OP NUMBER[unit]`; true is 1 and false is 0. */
export interface Comparison {
  readonly text: string
  readonly path: ReadonlyArray<string>
  readonly operator: Operator
  /** The number as it is written. */
  readonly amount: number
  readonly unit: UnitKind
  /** The number with its unit: times in milliseconds, a per cent a hundredth. */
  readonly limit: number
}

/** What may stand between the path and the number. */
export const operatorNames = Object.keys(operators).join(" ")

const pattern = /^\s*([\w.-]+)\s*(==|!=|<=|>=|<|>)\s*(?:(-?\d+(?:\.\d+)?)\s*(ms|s|min|m|h|%)?|(true|false))\s*$/

const isOperator = (text: string): text is Operator => text in operators
const isUnit = (text: string): text is keyof typeof units => text in units

/** Reads a comparison; null where the text is none. */
export const parse = (text: string): Comparison | null => {
  const [, path, operator, amount, unit = "", word] = pattern.exec(text) ?? []
  if (path === undefined || operator === undefined || !isOperator(operator) || !isUnit(unit)) return null
  const { kind, size } = units[unit]
  const read = { text, path: path.split("."), operator }
  if (amount !== undefined) return { ...read, amount: Number(amount), unit: kind, limit: Number(amount) * size }
  const truth = words[word === "true" ? "true" : "false"]
  return { ...read, amount: truth, unit: "truth", limit: truth }
}

interface Quantity {
  readonly name: string
  /** The units that a number may have which it is held against. */
  readonly units: ReadonlyArray<UnitKind>
  /** What may stand behind the path, with the number that was given. */
  readonly write: (operator: Operator, amount: number) => string
}

const bare: Quantity["write"] = (operator, amount) => `${operator} ${amount}`

const time: Quantity = {
  name: "a time",
  units: ["none", "time"],
  write: (operator, amount) => `${operator} ${amount} with ms, s, m or h, such as ${operator} ${amount}s`
}

/** What a value can be. */
const quantities = {
  count: { name: "a count", units: ["none"], write: bare },
  money: { name: "an amount of money", units: ["none"], write: bare },
  number: { name: "a number without a unit", units: ["none"], write: bare },
  ms: time,
  s: time,
  share: { name: "a share", units: ["none", "share"], write: (operator, amount) => `${operator} ${amount}%` },
  truth: { name: "true or false", units: ["none", "truth"], write: () => "== true or == false" }
} as const satisfies Record<string, Quantity>

const msPerSecond = 1000

/**
 * The comparison with its limit in what the value at its path is measured in; the sentence that says why where its number has
 * a unit that such a value cannot have.
 */
export const fitted = (comparison: Comparison, quantity: keyof typeof quantities): Comparison | string => {
  const { amount, limit, operator, path, unit } = comparison
  const { name, units: fitting, write }: Quantity = quantities[quantity]
  if (!fitting.includes(unit)) return `${path.join(".")} is ${name}; write ${write(operator, amount)}`
  return quantity === "s" && unit === "time" ? { ...comparison, limit: limit / msPerSecond } : comparison
}

/** Whether it holds for that value. */
export const holds = ({ limit, operator }: Comparison, value: number): boolean => operators[operator](value, limit)
