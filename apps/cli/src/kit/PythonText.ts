const daySeconds = 86_400

const two = (value: number): string => String(value).padStart(2, "0")

/** A duration in whole seconds as Python shows it: `1:02:05`, `1 day, 1:01:01`. */
export const duration = (seconds: number): string => {
  const whole = Math.floor(seconds)
  const days = Math.floor(whole / daySeconds)
  const rest = whole % daySeconds
  const clock = `${Math.floor(rest / 3600)}:${two(Math.floor((rest % 3600) / 60))}:${two(rest % 60)}`
  if (days === 0) return clock
  return `${days} ${days === 1 ? "day" : "days"}, ${clock}`
}

/** The same with microseconds: `0:00:12.524715`. */
export const durationExact = (seconds: number): string => {
  const micros = Math.max(0, Math.round(seconds * 1e6))
  const rest = micros % 1e6
  const whole = duration(Math.floor(micros / 1e6))
  return rest === 0 ? whole : `${whole}.${String(rest).padStart(6, "0")}`
}

/** An ISO time as Python prints one in UTC: `2026-01-01 00:00:00.123456+00:00`. */
export const time = (iso: string): string => {
  const [day = "", clock = ""] = new Date(iso).toISOString().replace("Z", "").split("T")
  const [seconds = "", millis = "000"] = clock.split(".")
  return `${day} ${seconds}${millis === "000" ? "" : `.${millis}000`}+00:00`
}

/** The name of an environment, which the wire leaves empty for main. */
export const environment = (name: string): string => (name === "" ? "main" : name)
