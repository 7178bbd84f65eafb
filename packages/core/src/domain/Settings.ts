/** A setting of an app that is a number: how each door calls it, and which values it takes. */
export interface Setting {
  /** On the wire, in a spec and on the command line. */
  readonly wire: string
  /** In messages of the gRPC API; null where the public API has no such field. */
  readonly grpc: string | null
  /** For people. */
  readonly label: string
  readonly unit: "seconds" | "count" | "percent"
  readonly least: number
  readonly most: number
  readonly default: number
  /** Which part of a spec it stands in. */
  readonly part: "app" | "scaling"
  /** What it belongs to: to the app, which keeps it over deploys, or to the revision that brought it (platform rule 9). */
  readonly of: "app" | "revision"
  /** `apps scale` changes it (platform rule 11). */
  readonly isScaled: boolean
  /** What it is, in the words of help. */
  readonly help: string
  /** What it is, for docs/spec.md. */
  readonly note: string
}

/** The platform sets no limit; more runners than this on one machine are a slip. */
const runnersMost = 100_000

/** Nor does it here: what a runner works on at a time. */
const slotsMost = 100_000

/** A year: what is longer is a slip. */
export const secondsMost = 31_536_000

/**
 * Every setting that is a number, by its name in the Fleet, in the order of the public command line (platform rule 13).
 * Schemas, defaults, checks, views, messages, options and the tables of docs/spec.md are made of this.
 */
export const settings = {
  keepAliveSeconds: {
    wire: "keep_alive",
    grpc: "keepAlive",
    label: "Keep alive",
    unit: "seconds",
    least: 0,
    most: secondsMost,
    default: 60,
    part: "scaling",
    of: "app",
    isScaled: true,
    help: "seconds that an idle runner stays",
    note: "how long an idle runner stays"
  },
  maxMultiplexing: {
    wire: "max_multiplexing",
    grpc: "maxMultiplexing",
    label: "Requests per runner",
    unit: "count",
    least: 1,
    most: slotsMost,
    default: 1,
    part: "app",
    of: "revision",
    isScaled: true,
    help: "requests that one runner works on at a time",
    note: "requests that a runner works on at a time: its slots"
  },
  maxConcurrency: {
    wire: "max_concurrency",
    grpc: "maxConcurrency",
    label: "Runners at most",
    unit: "count",
    least: 1,
    most: runnersMost,
    default: 2,
    part: "scaling",
    of: "app",
    isScaled: true,
    help: "most runners",
    note: "runners at most, not below `min_concurrency`; replacements of a rollout come on top"
  },
  minConcurrency: {
    wire: "min_concurrency",
    grpc: "minConcurrency",
    label: "Runners at least",
    unit: "count",
    least: 0,
    most: runnersMost,
    default: 0,
    part: "scaling",
    of: "app",
    isScaled: true,
    help: "fewest runners",
    note: "runners that there always are"
  },
  concurrencyBuffer: {
    wire: "concurrency_buffer",
    grpc: "concurrencyBuffer",
    label: "Spare runners",
    unit: "count",
    least: 0,
    most: runnersMost,
    default: 0,
    part: "scaling",
    of: "app",
    isScaled: true,
    help: "runners to keep ready beyond need",
    note: "runners beyond those needed"
  },
  concurrencyBufferPerc: {
    wire: "concurrency_buffer_perc",
    grpc: "concurrencyBufferPerc",
    label: "Spare runners, in percent",
    unit: "percent",
    least: 0,
    most: 1000,
    default: 0,
    part: "scaling",
    of: "app",
    isScaled: true,
    help: "the same, in percent of need",
    note: "the same in percent of those needed; the larger of the two holds"
  },
  scalingDelaySeconds: {
    wire: "scaling_delay",
    grpc: "scalingDelaySeconds",
    label: "Scaling delay",
    unit: "seconds",
    least: 0,
    most: secondsMost,
    default: 0,
    part: "scaling",
    of: "app",
    isScaled: true,
    help: "seconds a request waits before a runner is started for it",
    note: "how long a request waits before it causes a start"
  },
  requestTimeoutSeconds: {
    wire: "request_timeout",
    grpc: "requestTimeout",
    label: "Request timeout",
    unit: "seconds",
    least: 1,
    most: secondsMost,
    default: 3600,
    part: "app",
    of: "app",
    isScaled: true,
    help: "seconds that one attempt may take",
    note: "one attempt"
  },
  startupTimeoutSeconds: {
    wire: "startup_timeout",
    grpc: "startupTimeout",
    label: "Startup timeout",
    unit: "seconds",
    least: 1,
    most: secondsMost,
    default: 600,
    part: "app",
    of: "revision",
    isScaled: true,
    help: "seconds that a set-up may take",
    note: "set-up of a runner; also how long a direct request waits for a slot"
  },
  gracePeriodSeconds: {
    wire: "termination_grace_period",
    grpc: "terminationGracePeriodSeconds",
    label: "Grace period",
    unit: "seconds",
    least: 0,
    most: 3600,
    default: 5,
    part: "app",
    of: "revision",
    isScaled: false,
    help: "seconds from SIGTERM to SIGKILL, drain and teardown together",
    note: "from SIGTERM to SIGKILL: drain and teardown together"
  },
  gpus: {
    wire: "num_gpus",
    grpc: "numGpus",
    label: "GPUs per runner",
    unit: "count",
    least: 1,
    most: 8,
    default: 1,
    part: "app",
    of: "revision",
    isScaled: false,
    help: "GPUs that a runner takes",
    note: "GPUs of a runner"
  }
} as const satisfies Readonly<Record<string, Setting>>

type Table = typeof settings

/** The name of a setting in the Fleet. */
export type SettingKey = keyof Table

/** The settings whose row has these values. */
export type SettingsWith<Row extends Partial<Setting>> = {
  [K in SettingKey]: Table[K] extends Row ? K : never
}[SettingKey]

/** The names on the wire of the settings whose row has these values. */
export type WireNamesWith<Row extends Partial<Setting>> = Table[SettingsWith<Row>]["wire"]

const keys = Object.keys(settings) as ReadonlyArray<SettingKey>

/** The names of the settings whose row has these values, in the order of the table. */
export const settingsWith = <const Row extends Partial<Setting>>(row: Row): ReadonlyArray<SettingsWith<Row>> =>
  keys.filter((key) =>
    Object.entries(row).every(([name, value]) => Reflect.get(settings[key], name) === value)
  ) as Array<SettingsWith<Row>>

/** An object with something for each of these settings, under its name in the Fleet. */
export const byKey = <K extends SettingKey, A>(of: ReadonlyArray<K>, make: (setting: Setting, key: K) => A) =>
  Object.fromEntries(of.map((key) => [key, make(settings[key], key)])) as { readonly [P in K]: A }

/** The same, under its name on the wire. */
export const byWire = <K extends SettingKey, A>(of: ReadonlyArray<K>, make: (setting: Setting, key: K) => A) =>
  Object.fromEntries(of.map((key) => [settings[key].wire, make(settings[key], key)])) as {
    readonly [P in Table[K]["wire"]]: A
  }

/** What is wrong with a value, in words; null where nothing is. */
export const problemOf = ({ least, most }: Pick<Setting, "least" | "most">, value: number): string | null => {
  if (!(value >= least)) return `must be at least ${least}, got ${value}`
  if (value > most) return `must be at most ${most}, got ${value}`
  return Number.isInteger(value) ? null : `must be a whole number, got ${value}`
}

/** The value that there may be which is nearest to one that was kept before there were limits. */
export const within = ({ default: otherwise, least, most }: Setting, value: number): number =>
  Number.isNaN(value) ? otherwise : Math.round(Math.min(most, Math.max(least, value)))
