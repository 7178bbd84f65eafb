/**
 * What copies and snapshots of a state leave where it is: it never changes, so all of them may have it in common. Each object
 * and function has a name by which a snapshot speaks of it.
 */
export type Shared = ReadonlyMap<object, string>

const isHeld = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function"

const partsOf = (whole: object): ReadonlyArray<readonly [string, unknown]> => {
  if (ArrayBuffer.isView(whole)) return []
  if (whole instanceof Map) return [...whole].map(([key, value]): [string, unknown] => [String(key), value])
  return Object.entries(whole)
}

/** Marks these as shared and immutable, with all that hangs on them, and itself. */
export const shared = (roots: Readonly<Record<string, object>>): Shared => {
  const found = new Map<object, string>()
  found.set(found, "shared")
  const left: Array<readonly [string, unknown]> = Object.entries(roots)
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [name, value] = next
    if (!isHeld(value) || found.has(value)) continue
    found.set(value, name)
    for (const [key, part] of partsOf(value)) if (isHeld(part)) left.push([`${name}.${key}`, part])
  }
  return found
}
