/** What a caller sent, as a runner gets it. `path` starts with a slash and has its query. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: Uint8Array | ReadableStream<Uint8Array> | null
}

/** Headers of an answer, in lower case; a name may come twice. */
export type Fields = ReadonlyArray<readonly [name: string, value: string]>

/** What a runner answered, whole. */
export interface Answer {
  readonly status: number
  readonly headers: Fields
  readonly body: Uint8Array
}
