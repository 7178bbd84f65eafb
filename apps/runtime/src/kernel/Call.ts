/** What a caller sent, as a runner gets it. `path` starts with a slash and has its query. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: Uint8Array | ReadableStream<Uint8Array> | null
}

/** Headers of an answer, in lower case; a name may come twice. */
export type Fields = ReadonlyArray<readonly [name: string, value: string]>

const statusMin = 200
const statusMax = 599

/** The statuses that an answer may have (RFC 9110, 15): with any other it is none. */
export const statuses = `${statusMin} to ${statusMax}`
export const isStatus = (status: number): boolean => status >= statusMin && status <= statusMax

/** What a runner answered, whole. */
export interface Answer {
  readonly status: number
  readonly headers: Fields
  readonly body: Uint8Array
}
