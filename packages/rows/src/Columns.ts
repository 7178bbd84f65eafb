import { RowError } from "./RowError.ts"

/** Where a column stands among those that there are. */
export const indexIn = (names: ReadonlyArray<string>, name: string): number => {
  const at = names.indexOf(name)
  if (at < 0) throw new RowError(1, `has no column ${name}; ${meantBy(names, name)}`)
  if (names.lastIndexOf(name) !== at) throw new RowError(1, `has more than one column ${name}`)
  return at
}

/** A name that differs in capitals alone, else all names. */
const meantBy = (names: ReadonlyArray<string>, name: string): string => {
  const meant = names.find((each) => each.toLowerCase() === name.toLowerCase())
  return meant === undefined ? `it has ${listed(names)}` : `did you mean ${meant}?`
}

const namesMost = 20

/** Names, as many as a reader still looks at. */
export const listed = (names: ReadonlyArray<string>): string =>
  names.length <= namesMost
    ? names.join(", ")
    : `${names.slice(0, namesMost).join(", ")} and ${names.length - namesMost} more`
