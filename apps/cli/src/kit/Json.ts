const escapeNonAscii = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)

const plain = (value: unknown): string => {
  // Most of a report.
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null"
  if (Array.isArray(value)) return `[${value.map((one) => plain(one)).join(", ")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null)
  const parts: Array<string> = []
  for (const [key, one] of Object.entries(value)) {
    if (one !== undefined) parts.push(`${JSON.stringify(key)}: ${plain(one)}`)
  }
  return `{${parts.join(", ")}}`
}

/** JSON on one line with `, ` and `: ` between its parts and everything beyond ASCII escaped. */
export const stringify = (value: unknown): string => escapeNonAscii(plain(value))
