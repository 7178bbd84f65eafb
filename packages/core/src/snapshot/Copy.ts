import type { Shared } from "./Shared.ts"

type Fields = Record<string, unknown>

/** How records are made whose constructors want something, by their prototypes; what is in them is copied over. */
type Makers = ReadonlyMap<object, (original: object) => object>

/** Fills a copy field by field, with what hangs on it alone; `of` gives the copies of all else. */
export type Filler = (copy: object, original: object, of: <A extends object>(original: A) => A) => void

/** How records are filled of which there may be many, by their prototypes. */
type Fillers = ReadonlyMap<object, Filler>

/** What is known of the records of a state beforehand. */
export interface Records {
  readonly makers?: Makers
  readonly fillers?: Fillers
}

/** State holds a function that is not marked as shared: it would go on reading and changing what it was made with. */
export class NotData extends Error {
  constructor(holder: string, field: string) {
    super(`${holder}.${field} is a function, which is neither data nor shared`)
  }
}

const nameOf = (object: object): string => object.constructor.name

/** So many copies are filled between two pauses. */
const atOnce = 1000

/** Copies everything that hangs on an object: what was one object is one object again, whatever refers to it. */
export class Copier {
  private readonly shared: Shared
  private readonly makers: Makers
  private readonly fillers: Fillers
  private readonly copies = new Map<object, object>()
  private readonly fields = new Map<object, ReadonlyArray<string>>()
  /** What was new and has become a copy: what stands in it may do so too. */
  private readonly taking = new Set<object>()
  /** Originals whose copies are still empty. A list, as state is linked longer than any stack is deep. */
  private readonly left: Array<object> = []
  private readonly prepared: (original: object) => object | undefined

  /** `prepared`: copies that somebody else makes and fills, of the many of which more is known. */
  constructor(
    shared: Shared,
    { fillers = new Map(), makers = new Map() }: Records,
    prepared: (original: object) => object | undefined = () => undefined
  ) {
    this.shared = shared
    this.makers = makers
    this.fillers = fillers
    this.prepared = prepared
  }

  copyOf<A extends object>(root: A, into: A | null): A {
    if (into !== null && !this.isOfClass(into, root))
      throw new Error(`a ${nameOf(into)} cannot become a ${nameOf(root)}`)
    const copy = this.of(root, into)
    this.fillAll()
    return copy
  }

  private fillAll(): void {
    for (let original = this.left.pop(); original !== undefined; original = this.left.pop()) {
      this.fill(original, this.copies.get(original)!)
    }
  }

  /** Fills what has been begun, with all that hangs on it. */
  *fillSteps(): Generator<undefined, void> {
    for (let filled = 1; this.left.length > 0; filled++) {
      const original = this.left.pop()!
      this.fill(original, this.copies.get(original)!)
      if (filled % atOnce === 0) yield
    }
  }

  /**
   * The copy, which may be empty still. `into`: what stands in its place already, and becomes the copy if it is of the same
   * class.
   */
  of<A extends object>(original: A, into?: unknown): A {
    const known = this.prepared(original) ?? this.copies.get(original)
    if (known !== undefined) return known as A
    if (this.shared.has(original)) return original
    const copy = this.isOfClass(into, original) ? this.taken(into, original) : this.begun(original)
    this.copies.set(original, copy)
    return copy as A
  }

  private isOfClass(into: unknown, original: object): into is object {
    if (typeof into !== "object" || into === null || ArrayBuffer.isView(into)) return false
    if (this.shared.has(into) || this.taking.has(into)) return false
    return Object.getPrototypeOf(into) === Object.getPrototypeOf(original)
  }

  private taken(into: object, original: object): object {
    this.left.push(original)
    this.taking.add(into)
    if (Array.isArray(into)) into.length = 0
    else if (into instanceof Map || into instanceof Set) into.clear()
    return into
  }

  private begun(original: object): object {
    if (ArrayBuffer.isView(original)) return (original as Float64Array).slice()
    this.left.push(original)
    if (Array.isArray(original)) return []
    if (original instanceof Map) return new Map()
    if (original instanceof Set) return new Set()
    return this.made(original)
  }

  /** By its constructor, where that is known: engines go faster over records that were all made in one way. */
  private made(original: object): object {
    const prototype: object = Object.getPrototypeOf(original)
    const make = this.makers.get(prototype)
    if (make !== undefined) return make(original)
    const { constructor } = prototype as { readonly constructor: new () => object }
    const isPlain = constructor === Object || constructor.length > 0
    return isPlain ? Object.create(prototype) : new constructor()
  }

  /** Of what hangs on it the copies are begun. */
  fill(original: object, copy: object): void {
    if (Array.isArray(original)) this.fillArray(original, copy as Array<unknown>)
    else if (original instanceof Map) {
      for (const [key, value] of original) (copy as Map<unknown, unknown>).set(this.value(key), this.value(value))
    } else if (original instanceof Set) for (const value of original) (copy as Set<unknown>).add(this.value(value))
    else this.fillRecord(original, copy)
  }

  private fillRecord(original: object, copy: object): void {
    const filler = this.fillers.get(Object.getPrototypeOf(original))
    if (filler === undefined) this.fillFields(original as Fields, copy as Fields)
    else filler(copy, original, this.copyFor)
  }

  private readonly copyFor = <A extends object>(original: A): A => this.of(original)

  private fillArray(original: ReadonlyArray<unknown>, copy: Array<unknown>): void {
    for (let at = 0; at < original.length; at++) {
      const value = original[at]
      copy.push(typeof value === "number" ? value : this.value(value))
    }
  }

  private fillFields(original: Fields, copy: Fields): void {
    const fields = this.fieldsOf(original)
    const takes = this.taking.has(copy)
    for (let at = 0; at < fields.length; at++) {
      const field = fields[at]!
      const value = original[field]
      if (typeof value === "object" && value !== null) copy[field] = this.of(value, takes ? copy[field] : null)
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

  /** The copy of what stands in a field. */
  value(value: unknown): unknown {
    if (typeof value === "function") throw new NotData("an element", "of a list")
    return typeof value === "object" && value !== null ? this.of(value) : value
  }
}

/**
 * An exact copy of a state at this instant; what is shared it has in common with the original, which is left as it is. `into`:
 * something new of the same kind, which becomes the copy.
 */
export const copy = <A extends object>(
  root: A,
  shared: Shared,
  { into = null, makers = new Map() }: { readonly into?: A | null; readonly makers?: Makers } = {}
): A => new Copier(shared, { makers }).copyOf(root, into)
