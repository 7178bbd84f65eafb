/** Runner time of an app up to now: milliseconds by state, and billable milliseconds times GPUs by machine type. */
export interface RunnerTime {
  readonly stateMs: Float64Array
  readonly billableMs: number
  readonly billedMs: ReadonlyMap<string, number>
  readonly lostMs: number
  readonly lostBilledMs: ReadonlyMap<string, number>
  readonly runnersCreated: number
}
