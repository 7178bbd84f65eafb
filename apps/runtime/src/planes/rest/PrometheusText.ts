const quoted = (value: string): string => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`

/** `{application="llm"}` */
export const labels = (pairs: Readonly<Record<string, string>>): string =>
  `{${Object.entries(pairs)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(",")}}`

/** A gauge in Prometheus' text format; a row is its labels and its value. */
export const gauge = (name: string, help: string, rows: Iterable<readonly [string, number]>): string =>
  [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...[...rows].map(([key, value]) => `${name}${key} ${value}`)].join(
    "\n"
  )
