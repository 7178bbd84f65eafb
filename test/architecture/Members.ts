/** A class and what others may use of it. */
export interface ClassMembers {
  readonly name: string
  readonly members: ReadonlyArray<string>
}

const opening = /^(?:export )?(?:abstract )?class (\w+).*$/
/** A member starts a line of a class that oxfmt has formatted; so does what belongs to none. */
const member =
  /^ {2}((?:(?:private|protected|public|static|readonly|override|async|abstract|get|set|declare) )*)\*?(#?\w+)/
const notForOthers = /\b(?:private|protected|static)\b/

const memberOf = (line: string): string | null => {
  const [, modifiers = "", name = ""] = member.exec(line) ?? []
  const isOther = name === "" || name === "constructor" || name.startsWith("#") || notForOthers.test(modifiers)
  return isOther ? null : name
}

/** The classes of a module with their public members: fields, accessors and methods. */
export const classesOf = (text: string): ReadonlyArray<ClassMembers> => {
  const found: Array<{ readonly name: string; readonly members: Set<string> }> = []
  let isInside = false
  for (const line of text.split("\n")) {
    const name = opening.exec(line)?.[1]
    if (name !== undefined) {
      found.push({ name, members: new Set() })
      isInside = !line.endsWith("}")
    } else if (line.startsWith("}")) isInside = false
    else if (isInside) {
      const public_ = memberOf(line)
      if (public_ !== null) found.at(-1)!.members.add(public_)
    }
  }
  return found.map(({ members, name }) => ({ name, members: [...members] }))
}
