/** Totals of an app since it was created (platform rule 6): counts of requests, milliseconds by runner state. */
export class AppTotals {
  accepted = 0
  completed = 0
  errored = 0
  cancelled = 0
  readonly stateMs = new Float64Array(9)
  /** Of runners that have ended. */
  billableMs = 0
  /** Of runners that have ended: billable milliseconds times GPUs, by machine type. */
  readonly billedMs = new Map<string, number>()
  /** Time that attempts had been worked on when their runner was lost, and of that what each machine type is billed for. */
  lostMs = 0
  readonly lostBilledMs = new Map<string, number>()
  runnersCreated = 0
}
