import type { Unit } from "@ebb/text/Duration"

/** A public trace as it is downloaded: by which columns it is known, and what they hold. */
export interface TraceFormat {
  readonly name: string
  /** A file with all of these columns is one. */
  readonly columns: ReadonlyArray<string>
  readonly times: {
    readonly timestamp: string
    readonly unit?: Unit
    readonly duration?: string
    readonly sort?: boolean
  }
  /** Seconds of service. */
  readonly service?: { readonly column: string; readonly unit: Unit }
  /** Tokens generated. */
  readonly tokens?: string
  /** The column that says how a request ended, and the values that mean it failed. */
  readonly status?: { readonly column: string; readonly failed: ReadonlyArray<string> }
  /** The column that tells apps apart. */
  readonly app?: string
}

export const traceFormats: ReadonlyArray<TraceFormat> = [
  {
    name: "Azure LLM inference",
    columns: ["TIMESTAMP", "ContextTokens", "GeneratedTokens"],
    times: { timestamp: "TIMESTAMP" },
    tokens: "GeneratedTokens"
  },
  {
    name: "Azure Functions 2021",
    columns: ["app", "func", "end_timestamp", "duration"],
    times: { timestamp: "end_timestamp", unit: "s", duration: "duration" },
    service: { column: "duration", unit: "s" },
    app: "app"
  },
  {
    name: "BurstGPT",
    columns: ["Timestamp", "Model", "Request tokens", "Response tokens"],
    times: { timestamp: "Timestamp", unit: "s" },
    tokens: "Response tokens",
    app: "Model"
  },
  {
    name: "Mooncake",
    columns: ["timestamp", "input_length", "output_length"],
    times: { timestamp: "timestamp", unit: "ms" },
    tokens: "output_length"
  },
  {
    name: "Alibaba GenTD26",
    columns: ["gmt_create", "predict_status", "exec_time_seconds"],
    times: { timestamp: "gmt_create", sort: true },
    service: { column: "exec_time_seconds", unit: "s" },
    status: { column: "predict_status", failed: ["FAILED"] }
  },
  {
    name: "BLIS TraceV2",
    columns: ["request_id", "input_tokens", "output_tokens", "arrival_time_us", "last_chunk_time_us"],
    times: { timestamp: "arrival_time_us", unit: "us" },
    tokens: "output_tokens",
    status: { column: "status", failed: ["error", "timeout"] }
  }
]

/** The public trace that has these columns; null when none has. */
export const knownTrace = (names: ReadonlyArray<string>): TraceFormat | null =>
  traceFormats.find(({ columns }) => columns.every((column) => names.includes(column))) ?? null
