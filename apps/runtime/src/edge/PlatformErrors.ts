const sentences: Readonly<Record<string, string>> = {
  request_timeout: "The request took longer than its time limit",
  startup_timeout: "No runner became ready within startup_timeout",
  runner_scheduling_failure: "The app can have no runner",
  runner_connection_timeout: "The runner did not accept a connection in time",
  runner_disconnected: "The runner ended while it worked on the request",
  runner_connection_refused: "The runner refused the connection",
  runner_connection_error: "The connection to the runner broke",
  runner_incomplete_response: "The runner's answer was cut short, or is no answer of HTTP",
  runner_server_error: "The app failed without an answer of its own",
  client_disconnected: "The caller went away",
  client_cancelled: "The request was cancelled",
  bad_request: "A platform header is malformed",
  internal_error: "The sandbox failed"
}

/** The body of an error that the platform itself answers (platform rule 6). */
export const errorBody = (errorType: string, detail = sentences[errorType] ?? errorType): string =>
  JSON.stringify({ detail, error_type: errorType })

/** An error of the platform. */
export const platformError = (
  status: number,
  errorType: string,
  detail?: string,
  headers = new Headers()
): Response => {
  headers.set("content-type", "application/json")
  headers.set("x-fal-error-type", errorType)
  return new Response(errorBody(errorType, detail), { status, headers })
}

/** An error that names no type: unknown app, wrong key, full queue. */
export const plainError = (status: number, detail: string): Response => Response.json({ detail }, { status })

/** Another method is wanted at this address. */
export const notAllowed = (method: string): Response =>
  Response.json({ detail: `Use ${method}` }, { status: 405, headers: { allow: method } })
