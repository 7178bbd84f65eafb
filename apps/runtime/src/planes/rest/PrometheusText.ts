const quoted = (value: string): string => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`

/** `{application="llm"}` */
export const labels = (pairs: Readonly<Record<string, string>>): string =>
  `{${Object.entries(pairs)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(",")}}`

/** A metric in Prometheus' text format; a row is its labels and its value. */
const metric =
  (type: "gauge" | "counter") =>
  (name: string, help: string, rows: Iterable<readonly [string, number]>): string => {
    const lines = Array.from(rows, ([key, value]) => `${name}${key} ${value}`)
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join("\n")
  }

export const gauge = metric("gauge")
/** What only ever grows. */
export const counter = metric("counter")
