export interface TerminalSize {
  readonly rows: number
  readonly columns: number
}

/** A command that runs beside the process of a runner. */
export interface ShellSession {
  readonly output: AsyncIterable<Uint8Array>
  readonly exitCode: Promise<number>
  readonly write: (data: Uint8Array) => void
  readonly resize: (rows: number, columns: number) => void
  /** The caller has no more input. */
  readonly end: () => void
  /** The caller has left. */
  readonly kill: () => void
}

/** The runner that a command runs beside: its name, and what it was started with. */
export interface ShellRunner {
  readonly id: string
  readonly variables: Readonly<Record<string, string>>
}
