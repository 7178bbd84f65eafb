import type { StopSignal } from "@ebb/processes/Signals"

/** The rollouts that a check is made of; each has a server started for it. */
export const runNames = ["graceful", "kept", "idle", "force"] as const
export type RunName = (typeof runNames)[number]

/** What is asked for, again and again. */
export interface CheckRequest {
  readonly method: string
  /** Begins with a slash. */
  readonly path: string
  readonly body: string | null
  /** Added to, and put in the place of, the usual ones; a name may come twice. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
}

/** What to check and how. Times are milliseconds. */
export interface CheckSettings {
  /** The program and its arguments; it finds its port in the environment variable PORT. */
  readonly command: ReadonlyArray<string>
  readonly cwd: string
  readonly request: CheckRequest
  /** Open WebSocket sessions there in place of requests; a body is the message that is sent. */
  readonly isWebSocket: boolean
  /** Speak TLS without finding out first. */
  readonly isTls: boolean
  /** Ready when a GET of it is answered below 400; null: when it listens. */
  readonly readyPath: string | null
  /** The statuses that count as answered, such as "200", "2xx"; null: all below 400. */
  readonly statuses: ReadonlyArray<string> | null
  /** What every whole answer holds; null where that is not known. */
  readonly expected: string | null
  readonly ratePerSecond: number
  /** The signal that asks it to end. */
  readonly signal: StopSignal
  /** From the signal to SIGKILL. */
  readonly graceMs: number
  /** How long requests go on arriving after the signal. */
  readonly lingerMs: number
  /** Whether a request refused in that time counts against the server. */
  readonly mustServeLinger: boolean
  /** How long the server may take to listen, and to be ready. */
  readonly startupMs: number
  /** How long requests are sent before the signal, at least. */
  readonly loadMs: number
  /** How much longer to wait for the first answers, before the signal, where they take longer than that. */
  readonly patienceMs: number
  /** The rollouts to make. */
  readonly runs: ReadonlyArray<RunName>
  /** Make those after the first at one time; only for a server of which several may run at once. */
  readonly isParallel: boolean
}

/** What is taken where nothing else is said; a command has to be. */
export const defaults: Omit<CheckSettings, "command" | "cwd"> = {
  request: { method: "GET", path: "/", body: null, headers: [] },
  isWebSocket: false,
  isTls: false,
  readyPath: null,
  statuses: null,
  expected: null,
  ratePerSecond: 50,
  signal: "SIGTERM",
  graceMs: 10_000,
  lingerMs: 1000,
  mustServeLinger: false,
  startupMs: 8000,
  loadMs: 3000,
  patienceMs: 27_000,
  runs: runNames,
  isParallel: false
}
