import type { Answer, Fields, Settled } from "../../kernel/LiveRequest.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"

/** Headers of a connection, not of an answer; those of the platform that a caller does not see (platform rule 6), and the sandbox's own marks. */
const dropped = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
  "content-encoding",
  "x-fal-needs-retry",
  "x-fal-stop-runner",
  "x-fal-runner-health-check",
  "x-fal-runner-hints",
  "x-ebb-runner",
  "x-ebb-revision",
  "x-ebb-env-version"
])

/** What a caller gets of an app's headers, with the request's id and who answered. */
export const headersOf = (own: Fields | null, requestId: string, runner: LiveRunner | null): Headers => {
  const headers = runner === null ? new Headers() : new Headers(runner.marks)
  for (const [name, value] of own ?? []) if (!dropped.has(name)) headers.append(name, value)
  headers.set("x-fal-request-id", requestId)
  return headers
}

const sentences: Readonly<Record<string, string>> = {
  request_timeout: "The request took longer than its time limit",
  startup_timeout: "No runner became ready within startup_timeout",
  runner_scheduling_failure: "The app can have no runner",
  runner_connection_timeout: "The runner did not accept a connection in time",
  runner_disconnected: "The runner ended while it worked on the request",
  runner_connection_refused: "The runner refused the connection",
  runner_connection_error: "The connection to the runner broke",
  runner_incomplete_response: "The runner's answer was cut short",
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

/** How a settled request is answered; a runner's own answer passes through. */
export const response = (
  settled: Pick<Settled, "status" | "errorType"> & { readonly answer: Pick<Answer, "headers" | "body"> | null },
  requestId: string,
  runner: LiveRunner | null
): Response => {
  const headers = headersOf(settled.answer?.headers ?? null, requestId, runner)
  if (settled.answer === null || (settled.answer.body.length === 0 && settled.errorType !== null)) {
    if (settled.status === 504 && settled.errorType === "request_timeout" && runner === null) {
      headers.set("x-fal-request-timeout-type", "user")
    }
    return platformError(settled.status, settled.errorType ?? "internal_error", undefined, headers)
  }
  const hasBody = settled.status !== 204 && settled.status !== 304
  return new Response(hasBody ? settled.answer.body : null, { status: settled.status, headers })
}
