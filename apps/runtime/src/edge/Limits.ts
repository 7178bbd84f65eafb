const mebibyte = 2 ** 20

/** What a sandbox takes at most: docs/limits.md says what happens at each. */
export const limits = {
  /** Of one message of a gRPC call, as it comes and inflated. */
  grpcMessageBytes: 16 * mebibyte,
  /** Calls under way on one HTTP/2 connection. */
  streamsPerConnection: 256,
  /** Of all files together that a deployed spec names. */
  specFilesBytes: 16 * mebibyte
} as const
