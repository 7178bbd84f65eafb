import { RowError } from "./RowError.ts"

/** Where a column stands among those that there are. */
export const indexIn = (names: ReadonlyArray<string>, name: string): number => {
  const at = names.indexOf(name)
  if (at < 0) throw new RowError(1, `has no column ${name}; it has ${listed(names)}`)
  if (names.lastIndexOf(name) !== at) throw new RowError(1, `has more than one column ${name}`)
  return at
}

const namesMost = 20

const listed = (names: ReadonlyArray<string>): string =>
  names.length <= namesMost
    ? names.join(", ")
    : `${names.slice(0, namesMost).join(", ")} and ${names.length - namesMost} more`
