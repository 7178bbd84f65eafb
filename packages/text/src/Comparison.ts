const operators = {
  "==": (a: number, b: number) => a === b,
  "!=": (a: number, b: number) => a !== b,
  "<=": (a: number, b: number) => a <= b,
  ">=": (a: number, b: number) => a >= b,
  "<": (a: number, b: number) => a < b,
  ">": (a: number, b: number) => a > b
} as const
type Operator = keyof typeof operators

const units = { "": 1, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, "%": 0.01 } as const
const words = { true: 1, false: 0 } as const

/** A value of a report held against a number: `PATH OP NUMBER[unit]`, times in milliseconds; true is 1 and false is 0. */
export interface Comparison {
  readonly text: string
  readonly path: ReadonlyArray<string>
  readonly operator: Operator
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
  const limit = amount === undefined ? words[word === "true" ? "true" : "false"] : Number(amount) * units[unit]
  return { text, path: path.split("."), operator, limit }
}

/** Whether it holds for that value. */
export const holds = ({ limit, operator }: Comparison, value: number): boolean => operators[operator](value, limit)
