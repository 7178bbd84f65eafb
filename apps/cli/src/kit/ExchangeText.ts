import type { Exchange } from "@ebb/protocol/rest/Client"
import { isSecret } from "./Failure.ts"

const hidden = "***"

const maskedField = (name: string, value: unknown): unknown => (isSecret(name) ? hidden : masked(value))

/** The value without what only its owner may know: keys, secrets, the token of a link. */
const masked = (value: unknown): unknown => {
  if (typeof value === "string") return value.replace(/(token=)[^&\s]+/g, `$1${hidden}`)
  if (Array.isArray(value)) return value.map(masked)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, maskedField(name, one)]))
}

const bodyLines = (text: string | null): ReadonlyArray<string> => {
  if (text === null || text === "") return []
  try {
    return ["", JSON.stringify(masked(JSON.parse(text)), null, 2)]
  } catch {
    return ["", String(masked(text))]
  }
}

const message = (first: string, headers: Exchange["headers"], body: string | null): string => {
  const named = Object.entries(headers).map(([name, value]) => `${name}: ${String(maskedField(name, value))}`)
  return [first, ...named, ...bodyLines(body), ""].join("\n")
}

/** The request on one line. */
export const line = ({ method, url }: Exchange): string => `${method} ${String(masked(url))}`

/** The request as it went out, for people; keys are masked. */
export const request = (exchange: Exchange): string => message(line(exchange), exchange.headers, exchange.body)

/** What came back. */
export const answer = ({ answer: given }: Exchange): string =>
  given === null ? "No answer came.\n" : message(`HTTP ${given.status}`, given.headers, given.text)
