import { NotData } from "./Copy.ts"
import type { Shared } from "./Shared.ts"

/** The classes whose objects may stand in a snapshot, each by the name that it has there. */
export type Classes = Readonly<Record<string, { readonly prototype: object }>>

type Row = readonly [of: string, values: ReadonlyArray<unknown>]

/** What a snapshot consists of: the classes in it with their fields, and each object's values; the first is the root. */
interface Written {
  readonly snapshot: 1
  readonly fields: Record<string, ReadonlyArray<string>>
  readonly objects: ReadonlyArray<Row>
}

/** So many values are one piece of the text, or more where one object has more; an object itself counts as some. */
const valuesAtOnce = 20_000
const valuesPerObject = 10

/** A snapshot that this version cannot read: a class or something shared that it does not know. */
export class SnapshotRejected extends Error {}

const lists = { Array, Map, Set, Float64Array, Int32Array, Uint8Array } as const
const typed = { Float64Array, Int32Array, Uint8Array } as const
type TypedName = keyof typeof typed

const isTyped = (of: string): of is TypedName => Object.hasOwn(typed, of)
const isHeld = (value: unknown): value is object => typeof value === "object" && value !== null

/** Numbers that JSON has no digits for. */
const special = new Map([
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["NaN", NaN],
  ["-0", -0]
])

class Writer {
  private readonly shared: Shared
  private readonly names: ReadonlyMap<object, string>
  private readonly places = new Map<object, number>()
  private readonly left: Array<object> = []
  private readonly fields: Record<string, ReadonlyArray<string>> = {}

  constructor(classes: Classes, shared: Shared) {
    this.names = new Map(
      Object.entries({ ...lists, Object, ...classes }).map(([name, { prototype }]) => [prototype, name])
    )
    this.shared = shared
  }

  *pieces(root: object): Generator<string, string> {
    this.placeOf(root)
    for (let at = 0; at < this.left.length;) {
      const rows = this.rowsFrom(at)
      yield `${at === 0 ? "" : ","}${JSON.stringify(rows).slice(1, -1)}`
      at += rows.length
    }
    yield "]}"
    return `{"snapshot":1,"fields":${JSON.stringify(this.fields)},"objects":[`
  }

  private rowsFrom(from: number): ReadonlyArray<Row> {
    const rows: Array<Row> = []
    let count = 0
    // To write one down may add to those that are left.
    for (let at = from; count < valuesAtOnce && at < this.left.length; at++) {
      const row = this.rowOf(this.left[at]!)
      rows.push(row)
      count += valuesPerObject + row[1].length
    }
    return rows
  }

  private placeOf(object: object): number {
    const known = this.places.get(object)
    if (known !== undefined) return known
    const place = this.left.push(object) - 1
    this.places.set(object, place)
    return place
  }

  private rowOf(object: object): Row {
    const of = this.names.get(Object.getPrototypeOf(object))
    if (of === undefined) throw new SnapshotRejected(`a ${object.constructor.name} has no name in snapshots`)
    if (object instanceof Map) return [of, [...object].flat().map((value) => this.valueOf(value, of, null))]
    if (Object.hasOwn(lists, of)) {
      return [of, [...(object as ReadonlyArray<unknown>)].map((value) => this.valueOf(value, of, null))]
    }
    return this.recordOf(of, object as Record<string, unknown>)
  }

  private recordOf(of: string, record: Record<string, unknown>): Row {
    const keys = Object.keys(record)
    if (of === "Object") return [of, keys.flatMap((key) => [key, this.valueOf(record[key], key, null)])]
    const fields = (this.fields[of] ??= keys)
    return [of, fields.map((field) => this.valueOf(record[field], of, field))]
  }

  /** What JSON has no word for stands in a list: a place of another object, a name of something shared, a special number. */
  private valueOf(value: unknown, of: string, field: string | null): unknown {
    if (typeof value === "number")
      return Number.isFinite(value) && !Object.is(value, -0) ? value : ["number", text(value)]
    if (typeof value === "undefined") return ["undefined"]
    if (typeof value === "function" || isHeld(value)) {
      const name = this.shared.get(value)
      if (name !== undefined) return ["shared", name]
      if (typeof value === "function") throw new NotData("a snapshot", field === null ? of : `${of}.${field}`)
      return ["object", this.placeOf(value)]
    }
    return value
  }
}

const text = (value: number): string => (Object.is(value, -0) ? "-0" : String(value))

class Reader {
  private readonly written: Written
  private readonly shared: ReadonlyMap<string, object>
  private readonly classes: Classes
  private readonly made: ReadonlyArray<object>

  constructor(written: Written, classes: Classes, shared: Shared) {
    this.written = written
    this.classes = classes
    this.shared = new Map([...shared].map(([object, name]) => [name, object]))
    this.made = written.objects.map(([of, values]) => this.begun(of, values.length))
  }

  private begun(of: string, length: number): object {
    if (of === "Object") return {}
    if (of === "Array") return []
    if (of === "Map") return new Map()
    if (of === "Set") return new Set()
    if (isTyped(of)) return new typed[of](length)
    const found = this.classes[of]
    if (found === undefined) throw new SnapshotRejected(`a snapshot has a ${of}, which is not known here`)
    return Object.create(found.prototype)
  }

  read(): object {
    this.written.objects.forEach(([of, values], at) => this.fill(this.made[at]!, of, values))
    return this.made[0]!
  }

  private fill(made: object, of: string, values: ReadonlyArray<unknown>): void {
    const all = values.map((value) => this.valueOf(value))
    if (Array.isArray(made)) for (const value of all) made.push(value)
    else if (made instanceof Map) for (let at = 0; at < all.length; at += 2) made.set(all[at], all[at + 1])
    else if (made instanceof Set) for (const value of all) made.add(value)
    else if (isTyped(of)) (made as Float64Array).set(all as ReadonlyArray<number>)
    else if (of === "Object")
      for (let at = 0; at < all.length; at += 2) Object.assign(made, { [String(all[at])]: all[at + 1] })
    else this.written.fields[of]!.forEach((field, at) => Object.assign(made, { [field]: all[at] }))
  }

  private valueOf(value: unknown): unknown {
    if (!Array.isArray(value)) return value
    const [what, which]: ReadonlyArray<unknown> = value
    if (what === "object") return this.made[Number(which)]
    if (what === "number") return special.get(String(which))
    if (what === "undefined") return undefined
    const found = this.shared.get(String(which))
    if (found === undefined) throw new SnapshotRejected(`a snapshot shares ${which}, which is not known here`)
    return found
  }
}

/**
 * A state as text, a piece at a time; the answer is what stands before all pieces, as only the last of them tells what classes
 * there are. What is shared stands in it by its name.
 */
export const pieces = (root: object, classes: Classes, shared: Shared): Generator<string, string> =>
  new Writer(classes, shared).pieces(root)

/** A state as text. */
export const write = (root: object, classes: Classes, shared: Shared): string => {
  const all = pieces(root, classes, shared)
  let text = ""
  let step = all.next()
  for (; step.done !== true; step = all.next()) text += step.value
  return step.value + text
}

/** A state from such a text: `classes` are those whose objects it consists of, `shared` what it has in common with others. */
export const read = (json: string, classes: Classes, shared: Shared): object =>
  new Reader(JSON.parse(json) as Written, classes, shared).read()
