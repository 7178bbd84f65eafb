/** Grace periods on the slider, in seconds. */
const stops = [0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 1800, 3600]

/** The stops of the slider while it stands at this one. */
export const around = (graceSeconds: number): Array<number> =>
  [...new Set([...stops, graceSeconds])].sort((a, b) => a - b)
