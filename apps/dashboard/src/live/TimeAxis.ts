/** The time that all charts of an app show; wall milliseconds since the epoch. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** Space left of every chart, for the numbers of its axis, and right of it; pixels of the page. */
export const leftPx = 46
export const rightPx = 10

const secondMs = 1000
const minuteMs = 60 * secondMs
const stepsMs = [1, 2, 5, 10, 15, 30].map((one) => one * secondMs).concat([1, 2, 5, 10].map((one) => one * minuteMs))
const tickPx = 74

/** Moments at round times of day, as many as fit. */
export const ticks = ({ fromMs, toMs }: Span, widthPx: number): Array<number> => {
  const most = Math.max(1, Math.floor(widthPx / tickPx))
  const stepMs = stepsMs.find((step) => (toMs - fromMs) / step <= most) ?? stepsMs.at(-1)!
  const found: Array<number> = []
  for (let atMs = Math.ceil(fromMs / stepMs) * stepMs; atMs <= toMs; atMs += stepMs) found.push(atMs)
  return found
}

const two = (value: number): string => String(value).padStart(2, "0")

/** A moment as a clock shows it: `14:02:11`. */
export const clock = (ms: number): string => {
  const time = new Date(ms)
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
}

/** A moment on an axis: without seconds where it is a whole minute. */
export const tickText = (ms: number): string => (ms % minuteMs === 0 ? clock(ms).slice(0, 5) : clock(ms))
