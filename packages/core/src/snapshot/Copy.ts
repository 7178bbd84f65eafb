import type { Shared } from "./Shared.ts"

type Fields = Record<string, unknown>

/** State holds a function that is not marked as shared: it would go on reading and changing what it was made with. */
export class NotData extends Error {
  constructor(holder: string, field: string) {
    super(`${holder}.${field} is a function, which is neither data nor shared`)
  }
}

const nameOf = (object: object): string => object.constructor.name

/** Copies everything that hangs on an object: what was one object is one object again, whatever refers to it. */
class Copier {
  private readonly shared: Shared
  private readonly copies = new Map<object, object>()
  private readonly fields = new Map<object, ReadonlyArray<string>>()
  /** Originals whose copies are still empty. A list, as state is linked longer than any stack is deep. */
  private readonly left: Array<object> = []

  constructor(shared: Shared) {
    this.shared = shared
  }

  copyOf<A extends object>(root: A): A {
    const copy = this.of(root)
    for (let original = this.left.pop(); original !== undefined; original = this.left.pop()) {
      this.fill(original, this.copies.get(original)!)
    }
    return copy
  }

  private of<A extends object>(original: A): A {
    const known = this.copies.get(original)
    if (known !== undefined) return known as A
    if (this.shared.has(original)) return original
    const copy = this.begun(original)
    this.copies.set(original, copy)
    return copy as A
  }

  private begun(original: object): object {
    if (ArrayBuffer.isView(original)) return (original as Float64Array).slice()
    this.left.push(original)
    if (Array.isArray(original)) return []
    if (original instanceof Map) return new Map()
    if (original instanceof Set) return new Set()
    return Object.create(Object.getPrototypeOf(original))
  }

  private fill(original: object, copy: object): void {
    if (Array.isArray(original)) this.fillArray(original, copy as Array<unknown>)
    else if (original instanceof Map) {
      for (const [key, value] of original) (copy as Map<unknown, unknown>).set(this.value(key), this.value(value))
    } else if (original instanceof Set) for (const value of original) (copy as Set<unknown>).add(this.value(value))
    else this.fillFields(original as Fields, copy as Fields)
  }

  private fillArray(original: ReadonlyArray<unknown>, copy: Array<unknown>): void {
    for (const value of original) copy.push(this.value(value))
  }

  private fillFields(original: Fields, copy: Fields): void {
    const fields = this.fieldsOf(original)
    for (let at = 0; at < fields.length; at++) {
      const field = fields[at]!
      const value = original[field]
      if (typeof value === "object" && value !== null) copy[field] = this.of(value)
      else if (typeof value === "function") copy[field] = this.sharedFunction(value, original, field)
      else copy[field] = value
    }
  }

  /** Records of one class have the same fields, in one order. */
  private fieldsOf(original: Fields): ReadonlyArray<string> {
    const prototype: object = Object.getPrototypeOf(original)
    if (prototype === Object.prototype || prototype === null) return Object.keys(original)
    const known = this.fields.get(prototype)
    if (known !== undefined) return known
    const fields = Object.keys(original)
    this.fields.set(prototype, fields)
    return fields
  }

  private sharedFunction(value: object, holder: object, field: string): object {
    if (!this.shared.has(value)) throw new NotData(nameOf(holder), field)
    return value
  }

  private value(value: unknown): unknown {
    if (typeof value === "function") throw new NotData("an element", "of a list")
    return typeof value === "object" && value !== null ? this.of(value) : value
  }
}

/** An exact copy of a state at this instant; what is shared it has in common with the original, which is left as it is. */
export const copy = <A extends object>(root: A, shared: Shared): A => new Copier(shared).copyOf(root)
