/** A number, of a text too; NaN when it is none. */
export const numberOf = (value: unknown): number => {
  if (typeof value === "number") return value
  return typeof value === "string" && value !== "" ? Number(value) : NaN
}

const [zero, nine] = ["0".charCodeAt(0), "9".charCodeAt(0)]

/** The number of two digits; NaN where they are none. */
const twoDigits = (text: string, at: number): number => {
  const [tens, ones] = [text.charCodeAt(at) - zero, text.charCodeAt(at + 1) - zero]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN
}

/** Where the digits from `at` on end. */
const digitsEnd = (text: string, at: number): number => {
  let end = at
  while (end < text.length && text.charCodeAt(end) >= zero && text.charCodeAt(end) <= nine) end++
  return end
}

const dayPattern = /^\d{4}-\d{2}-\d{2}$/u
const clockLength = "2023-11-16 18:17:03".length
const fractionMost = 9

/**
 * Reads times as people write them, `2023-11-16 18:17:03.9799600`, `2023-11-16T18:17:03+01:00`, in milliseconds since
 * 1970; UTC where they name no offset. NaN when it is no time.
 */
export class DateReader {
  /** Times of one day mostly stand together. */
  private day = ""
  private dayMs = NaN

  read(value: unknown): number {
    if (typeof value !== "string" || value.length < clockLength) return NaN
    const between = value[10]
    if ((between !== " " && between !== "T") || value[13] !== ":" || value[16] !== ":") return NaN
    if (!value.startsWith(this.day) || this.day === "") {
      this.day = value.slice(0, 10)
      this.dayMs = dayMs(this.day)
    }
    return this.dayMs + clockMs(value) + this.rest(value)
  }

  /** What the fraction adds and the offset takes. */
  private rest(text: string): number {
    if (text.length === clockLength) return 0
    const hasFraction = text[clockLength] === "." || text[clockLength] === ","
    const end = hasFraction ? digitsEnd(text, clockLength + 1) : clockLength
    const digits = end - clockLength - 1
    if (hasFraction && (digits < 1 || digits > fractionMost)) return NaN
    const fractionMs = hasFraction ? (Number(text.slice(clockLength + 1, end)) / 10 ** digits) * 1000 : 0
    return end === text.length ? fractionMs : fractionMs - offsetMs(text.slice(end).trimStart())
  }
}

/** NaN for a day that there is not, such as 30 February. */
const dayMs = (day: string): number => {
  const ms = dayPattern.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(day) ? ms : NaN
}

const clockMs = (text: string): number => {
  const [hours, minutes, seconds] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)]
  // A leap second is the second before it.
  return hours < 24 && minutes < 60 && seconds <= 60
    ? ((hours * 60 + minutes) * 60 + Math.min(seconds, 59)) * 1000
    : NaN
}

const offsetPattern = /^[+-]\d{2}:?\d{2}$/u

const offsetMs = (zone: string): number => {
  if (zone === "Z" || zone === "UTC") return 0
  if (!offsetPattern.test(zone)) return NaN
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000
}
