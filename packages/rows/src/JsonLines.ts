import { Lines } from "./Lines.ts"
import { RowError, shown } from "./RowError.ts"
import type { Feed, Taker, Value } from "./Feed.ts"

type Item = Readonly<Record<string, unknown>>

const isItem = (value: unknown): value is Item => typeof value === "object" && value !== null && !Array.isArray(value)

/** An object on a line of its own. */
export const parseLine = (line: string, number: number): Item => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new RowError(number, `is not JSON: ${shown(line)}`)
  }
  if (isItem(value)) return value
  throw new RowError(number, `must be a JSON object, got ${shown(line)}`)
}

/** What stands at a path such as `response.status`; a key that has dots itself goes first. */
const at = (item: Item, path: string): Value => {
  if (path in item) return item[path]
  const dot = path.indexOf(".")
  const inner = dot < 0 ? undefined : item[path.slice(0, dot)]
  return isItem(inner) ? at(inner, path.slice(dot + 1)) : undefined
}

const paths = (item: Item, prefix = ""): ReadonlyArray<string> =>
  Object.entries(item).flatMap(([key, value]) =>
    isItem(value) ? paths(value, `${prefix}${key}.`) : [`${prefix}${key}`]
  )

/** Rows of JSON Lines; a column within an object is named by its path, `response.status`. */
export class JsonRows implements Feed {
  private wanted: ReadonlyArray<string> | null = null
  private readonly lines: Lines

  constructor(taker: Taker) {
    let isFirst = true
    this.lines = new Lines((line, number) => {
      const item = parseLine(isFirst ? line.replace(/^\uFEFF/u, "") : line, number)
      isFirst = false
      this.wanted ??= taker.columns(paths(item))
      return taker.row(
        this.wanted.map((path) => at(item, path)),
        () => number
      )
    })
  }

  push(text: string): boolean {
    return this.lines.push(text)
  }

  end(): void {
    this.lines.end()
  }
}
