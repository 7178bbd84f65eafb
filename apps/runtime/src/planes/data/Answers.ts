import { platformError } from "../../edge/PlatformErrors.ts"
import type { Answer, Fields } from "../../kernel/Call.ts"
import type { Settled } from "../../kernel/LiveRequest.ts"
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
