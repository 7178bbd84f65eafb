import { createHash } from "node:crypto"
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib"
import { Result } from "effect"
import { limits } from "../edge/Limits.ts"
import { errorBody } from "../edge/PlatformErrors.ts"
import type { StoredAnswer } from "../store/Outcome.ts"
import type { Progress, StoredRequest } from "../store/QueueStore.ts"

/** Each attempt has an id of its own, the first that of the request. */
const gatewayId = (requestId: string, attempts: number): string => {
  if (attempts <= 1) return requestId
  const hex = createHash("sha256").update(`${requestId} ${attempts}`).digest("hex")
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-")
}

type Decode = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array

const decoders: Readonly<Record<string, Decode>> = {
  gzip: gunzipSync,
  "x-gzip": gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync
}

/** The body as it was before the app compressed it, which it may do for a caller that can read it so. */
const decoded = ({ body, headers }: StoredAnswer): Uint8Array => {
  const [, coding] = headers.find(([name]) => name === "content-encoding") ?? []
  const decode = decoders[coding?.toLowerCase() ?? ""]
  return decode === undefined ? body : decode(body, { maxOutputLength: limits.bodyBytes })
}

const parsed = (answer: StoredAnswer): Result.Result<unknown, unknown> =>
  Result.try((): unknown => JSON.parse(new TextDecoder().decode(decoded(answer))))

const payloadOf = (answer: StoredAnswer) =>
  Result.match(parsed(answer), {
    onSuccess: (payload) => ({ payload }),
    onFailure: () => ({ payload: null, payload_error: "The answer is not JSON: fetch it from its response_url" })
  })

/** What a webhook says of a request that has its outcome (platform rule 4.8). */
export const bodyOf = (stored: StoredRequest & Progress): string => {
  const { answer, attempts, errorType, id, status } = stored
  const own = { request_id: id, gateway_request_id: gatewayId(id, attempts) }
  const isOk = status !== null && status >= 200 && status < 300
  if (answer !== null && (isOk || answer.body.length > 0)) {
    const outcome = isOk ? { status: "OK" } : { status: "ERROR", error: `Invalid status code: ${status}` }
    return JSON.stringify({ ...own, ...outcome, ...payloadOf(answer) })
  }
  const payload = JSON.parse(errorBody(errorType ?? "internal_error"))
  return JSON.stringify({ ...own, status: "ERROR", error: payload.detail, payload })
}
