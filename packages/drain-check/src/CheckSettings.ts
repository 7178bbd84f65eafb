/** What to check and how. */
export interface CheckSettings {
  readonly command: ReadonlyArray<string>
  readonly cwd: string
  readonly request: { readonly method: string; readonly path: string; readonly body: string | null }
  readonly ratePerSecond: number
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number
  /** How long the server may take to listen. */
  readonly startupMs: number
  /** How long requests are sent before the signal. */
  readonly loadMs: number
}
