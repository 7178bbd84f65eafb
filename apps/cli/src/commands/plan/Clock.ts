const hourMs = 3_600_000
export const dayMs = 24 * hourMs

const two = (count: number): string => String(count).padStart(2, "0")

/** The time of day, where a run begins at midnight: `03:45`. */
export const timeOfDay = (atMs: number): string => {
  const within = atMs % dayMs
  return `${two(Math.floor(within / hourMs))}:${two(Math.floor((within % hourMs) / 60_000))}`
}

/** The same, with the day where the run has several: `day 2, 03:45`; a day by itself ends at 24:00. */
export const moment = (atMs: number, hasDays: boolean): string => {
  if (hasDays) return `day ${Math.floor(atMs / dayMs) + 1}, ${timeOfDay(atMs)}`
  return atMs === dayMs ? "24:00" : timeOfDay(atMs)
}
