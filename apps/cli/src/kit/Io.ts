/** Where text goes: one of the two output streams. */
export interface Sink {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  /** Width of the terminal in columns, where the stream is one that knows. */
  readonly columns: number | undefined
  /** Height of the terminal in lines, where the stream is one that knows. */
  readonly rows?: number | undefined
}

/** A key as it was pressed: `q`, `up`, `return`, `escape`; `C-c` with the control key. */
export type Key = string

/** Where answers come from. */
export interface Source {
  readonly isTerminal: boolean
  /** The next line without its line end; null at the end of input. */
  readonly readLine: () => Promise<string | null>
  /** Every key as it is pressed, Ctrl-C included, until the answer is called. */
  readonly keys: (pressed: (key: Key) => void) => Promise<() => void>
}

/** All that a run of the program may see of its surroundings, so that a test can stand in for a terminal. */
export interface Io {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly stdin: Source
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly pid: number
  /** Fires at the first Ctrl-C. */
  readonly interrupted: AbortSignal
  /** Fires when nobody reads standard output any more. */
  readonly unread: AbortSignal
  /** What to put right should the process be ended from outside, until the answer is called. */
  readonly beforeExit: (restore: () => void) => () => void
  /** Wall milliseconds since the epoch. */
  readonly nowMs: () => number
}
