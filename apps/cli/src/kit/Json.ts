const escapeNonAscii = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)

const join = (parts: ReadonlyArray<string>, [open, close]: readonly [string, string]): string =>
  open + parts.join(", ") + close

/** JSON on one line with `, ` and `: ` between its parts and everything beyond ASCII escaped. */
export const stringify = (value: unknown): string => {
  if (Array.isArray(value))
    return join(
      value.map((one) => stringify(one ?? null)),
      ["[", "]"]
    )
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).filter(([, one]) => one !== undefined)
    return join(
      parts.map(([key, one]) => `${escapeNonAscii(JSON.stringify(key))}: ${stringify(one)}`),
      ["{", "}"]
    )
  }
  return escapeNonAscii(JSON.stringify(value ?? null))
}
