import { platformError } from "../../edge/PlatformErrors.ts"
import { type Answer, type Fields, isStatus } from "../../kernel/Call.ts"
import type { Settled } from "../../kernel/LiveRequest.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"

/** Headers of a connection, not of an answer; those of the platform that a caller does not see, or that say who made an error (platform rule 6); and the sandbox's own marks. */
const dropped = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
  "x-fal-needs-retry",
  "x-fal-stop-runner",
  "x-fal-runner-health-check",
  "x-fal-runner-hints",
  "x-fal-error-type",
  "x-fal-request-timeout-type",
  "x-ebb-runner",
  "x-ebb-revision",
  "x-ebb-env-version"
])

/** Adds what a caller gets of an app's headers, and the request's id, to the marks of the runner that answered. */
const addTo = (headers: Headers, own: Fields | null, requestId: string): void => {
  for (const [name, value] of own ?? []) if (!dropped.has(name)) headers.append(name, value)
  headers.set("x-fal-request-id", requestId)
}

/** What a caller gets of an app's headers, with the request's id and who answered. */
export const headersOf = (own: Fields | null, requestId: string, runner: LiveRunner | null): Headers => {
  const headers = new Headers(runner?.marks)
  addTo(headers, own, requestId)
  return headers
}

/** How a settled request is answered; a runner's own answer passes through. */
export const response = (
  settled: Pick<Settled, "status" | "errorType"> & { readonly answer: Pick<Answer, "headers" | "body"> | null },
  requestId: string,
  runner: LiveRunner | null
): Response => {
  const { answer } = settled
  // Kept by a sandbox that passed on whatever it got.
  if (!isStatus(settled.status)) {
    return platformError(502, "runner_incomplete_response", undefined, headersOf(null, requestId, runner))
  }
  if (answer === null || (answer.body.length === 0 && settled.errorType !== null)) {
    const headers = headersOf(answer?.headers ?? null, requestId, runner)
    if (settled.status === 504 && settled.errorType === "request_timeout" && runner === null) {
      headers.set("x-fal-request-timeout-type", "user")
    }
    return platformError(settled.status, settled.errorType ?? "internal_error", undefined, headers)
  }
  const hasBody = settled.status !== 204 && settled.status !== 304
  // A response copies the headers that it is given, so they are added to its own.
  const made = new Response(hasBody ? answer.body : null, { status: settled.status, headers: runner?.marks ?? {} })
  addTo(made.headers, answer.headers, requestId)
  return made
}
