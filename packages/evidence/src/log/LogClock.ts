import { DateReader, numberOf } from "@ebb/rows/Time"
import { msPer, type Unit } from "@ebb/text/Duration"

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

const pattern = /^(\d{2}\/[A-Z][a-z]{2}\/\d{4}):(\d{2}):(\d{2}):(\d{2})(?: ([+-])(\d{2})(\d{2}))?$/u

const dayMs = (day: string): number => {
  const month = months.indexOf(day.slice(3, 6))
  return month < 0 ? NaN : Date.UTC(Number(day.slice(7)), month, Number(day.slice(0, 2)))
}

/** The unit that numbers of this size count when they are times since 1970; null when they are none. */
export const epochUnit = (value: number): Unit | null => {
  if (value >= 1e17) return "ns"
  if (value >= 1e14) return "us"
  if (value >= 1e11) return "ms"
  return value >= 1e8 ? "s" : null
}

/** Reads the times of logs in milliseconds since 1970: ISO, `28/Nov/2026:17:00:00 +0000`, numbers since 1970 of any unit. NaN when it is none. */
export class LogClock {
  private readonly dates = new DateReader()
  private day = ""
  private dayMs = NaN

  read(value: unknown): number {
    const number = numberOf(value)
    if (Number.isFinite(number)) {
      const unit = epochUnit(number)
      return unit === null ? NaN : number * msPer(unit)
    }
    const ms = this.dates.read(value)
    return Number.isNaN(ms) && typeof value === "string" ? this.common(value) : ms
  }

  /** The common log format, as nginx and Apache write it. */
  common(text: string): number {
    const parts = pattern.exec(text)
    if (parts === null) return NaN
    const [, day, hours, minutes, seconds, sign, offsetHours, offsetMinutes] = parts
    if (day !== this.day) {
      this.day = day!
      this.dayMs = dayMs(day!)
    }
    const clockMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
    const offsetMs = sign === undefined ? 0 : (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000
    return this.dayMs + clockMs - (sign === "-" ? -offsetMs : offsetMs)
  }
}
