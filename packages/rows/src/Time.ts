/** A number, of a text too; NaN when it is none. */
export const numberOf = (value: unknown): number => {
  if (typeof value === "number") return value
  return typeof value === "string" && value !== "" ? Number(value) : NaN
}

const pattern = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/u

/** Reads times as people write them, in milliseconds since 1970; UTC where they name no offset. NaN when it is no time. */
export class DateReader {
  /** Times of one day mostly stand together. */
  private day = ""
  private dayMs = NaN

  read(value: unknown): number {
    if (typeof value !== "string") return NaN
    const parts = pattern.exec(value)
    if (parts === null) return NaN
    const [, day, clock, fraction, zone] = parts
    if (day !== this.day) {
      this.day = day!
      this.dayMs = dayMs(day!)
    }
    return this.dayMs + clockMs(clock!) + (fraction === undefined ? 0 : Number(`0.${fraction}`) * 1000) - offsetMs(zone)
  }
}

/** NaN for a day that there is not, such as 30 February. */
const dayMs = (day: string): number => {
  const ms = Date.parse(`${day}T00:00:00Z`)
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(day) ? ms : NaN
}

const clockMs = (clock: string): number => {
  const [hours, minutes, seconds] = [Number(clock.slice(0, 2)), Number(clock.slice(3, 5)), Number(clock.slice(6, 8))]
  // A leap second is the second before it.
  return hours < 24 && minutes < 60 && seconds <= 60
    ? ((hours * 60 + minutes) * 60 + Math.min(seconds, 59)) * 1000
    : NaN
}

const offsetMs = (zone: string | undefined): number => {
  if (zone === undefined || zone === "Z" || zone === "UTC") return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000
}
