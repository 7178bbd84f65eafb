import * as Shell from "../cli/Shell.ts"

/** Environment variables that point the public clients at a sandbox. */
export const make = (host: string, key: string): Readonly<Record<string, string>> => ({
  ISOLATE_TEST_MODE: "1",
  FAL_GRPC_HOST: host,
  FAL_REST_HOST: host,
  FAL_KEY: key
})

/** As lines for a shell to evaluate. */
export const lines = (variables: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  Object.entries(variables).map(([name, value]) => `export ${name}=${Shell.word(value)}`)
