/** The error types of the ledger (platform rule 6), as dense integers; 0 is none. */
export const ErrorType = {
  none: 0,
  request_timeout: 1,
  startup_timeout: 2,
  runner_scheduling_failure: 3,
  runner_connection_timeout: 4,
  runner_disconnected: 5,
  runner_connection_refused: 6,
  runner_connection_error: 7,
  runner_incomplete_response: 8,
  runner_server_error: 9,
  client_disconnected: 10,
  client_cancelled: 11,
  bad_request: 12,
  internal_error: 13
} as const
export type ErrorType = (typeof ErrorType)[keyof typeof ErrorType]

/** The name of each error type, by its integer. */
export const errorTypeNames = Object.keys(ErrorType)

/** Those that an errored request can have. */
export const errorTypes: ReadonlyArray<string> = errorTypeNames.filter((_, type) => type !== ErrorType.none)
