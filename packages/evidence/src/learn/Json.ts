/** What stands at a path of keys and indexes; undefined where there is nothing. */
export const at = (value: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
    value
  )

export const numberAt = (value: unknown, ...path: ReadonlyArray<string | number>): number | null => {
  const found = at(value, ...path)
  const number = typeof found === "number" ? found : typeof found === "string" && found !== "" ? Number(found) : NaN
  return Number.isFinite(number) ? number : null
}

export const listAt = (value: unknown, ...path: ReadonlyArray<string | number>): ReadonlyArray<unknown> => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

export const textAt = (value: unknown, ...path: ReadonlyArray<string | number>): string | null => {
  const found = at(value, ...path)
  return typeof found === "string" ? found : null
}
