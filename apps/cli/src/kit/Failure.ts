/** One error of a cause chain, with what it carries. */
export interface Link {
  readonly tag: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly stack: ReadonlyArray<string>
}

const hidden = new Set(["_tag", "name", "message", "stack", "cause", "because", "text", "bare"])

/** Whether what goes by that name is for its owner alone; a secret's value is called just that on the wire. */
export const isSecret = (name: string): boolean => /key|secret|token|authorization|password|cookie|^value$/i.test(name)

const shown = (key: string, value: unknown): unknown => {
  if (isSecret(key)) return "***"
  return typeof value === "bigint" || typeof value === "function" || typeof value === "symbol" ? String(value) : value
}

const fieldsOf = (error: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(error)
      .filter(([key]) => !hidden.has(key) && !key.startsWith("~"))
      .map(([key, value]) => [key, shown(key, value)])
  )

const stackOf = (error: object): ReadonlyArray<string> => {
  const stack: unknown = "stack" in error ? error.stack : undefined
  if (typeof stack !== "string") return []
  return stack
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "))
}

const tagOf = (error: object): string => {
  if ("_tag" in error && typeof error._tag === "string") return error._tag
  return error instanceof Error ? error.name : "Error"
}

const linkOf = (error: object): Link => ({
  tag: tagOf(error),
  message: "message" in error ? String(error.message) : "",
  fields: fieldsOf(error),
  stack: stackOf(error)
})

const nextOf = (error: object): unknown => {
  if ("because" in error && error.because !== undefined) return error.because
  return "cause" in error ? error.cause : undefined
}

const linksMax = 10

/** The error, what caused it, what caused that, and so on. */
export const chain = (error: unknown): ReadonlyArray<Link> => {
  const links: Array<Link> = []
  let current = error
  while (current !== undefined && current !== null && links.length < linksMax) {
    if (typeof current !== "object")
      return [...links, { tag: typeof current, message: String(current), fields: {}, stack: [] }]
    links.push(linkOf(current))
    current = nextOf(current)
  }
  return links
}

const fieldLines = (link: Link): ReadonlyArray<string> =>
  Object.entries(link.fields).map(([key, value]) => `  ${key} = ${JSON.stringify(value)}`)

/** The chain for a reader: tag and message, fields, stack of each. */
export const describe = (links: ReadonlyArray<Link>): string =>
  links
    .flatMap((link, at) => [
      `${at === 0 ? "" : "Caused by "}${link.tag}: ${link.message}`,
      ...fieldLines(link),
      ...link.stack.map((line) => `    ${line}`)
    ])
    .map((line) => `${line}\n`)
    .join("")

/** The stacks alone. */
export const backtrace = (links: ReadonlyArray<Link>): string =>
  links
    .map((link) => [link.tag, ...link.stack.map((line) => `    ${line}`)].map((line) => `${line}\n`).join(""))
    .join("")

/** The error and its fields as JSON. */
export const asJson = (links: ReadonlyArray<Link>): string =>
  `${JSON.stringify(
    links.map(({ fields, message, tag }) => ({ tag, message, ...fields })),
    null,
    2
  )}\n`
