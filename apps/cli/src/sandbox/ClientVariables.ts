import type { DataDirectory } from "@ebb/runtime/store/DataDirectory"
import { filesOf } from "@ebb/runtime/tls/LocalTls"
import { resolve } from "node:path"
import * as ShellWords from "@ebb/text/ShellWords"

/** Where clients find the data plane that speak https only, and whom they must trust for it. */
export interface Secured {
  readonly tlsUrl: string
  readonly bundle: string
}

const securedVariables = ({ bundle, tlsUrl }: Secured): Readonly<Record<string, string>> => {
  const { host } = new URL(tlsUrl)
  return { FAL_RUN_HOST: `${host}/fal.run`, FAL_QUEUE_RUN_HOST: `${host}/queue.fal.run`, SSL_CERT_FILE: bundle }
}

/** Environment variables that point the public clients at a sandbox. */
export const make = (host: string, key: string, secured: Secured | null): Readonly<Record<string, string>> => ({
  ISOLATE_TEST_MODE: "1",
  FAL_GRPC_HOST: host,
  FAL_REST_HOST: host,
  FAL_KEY: key,
  ...(secured === null ? {} : securedVariables(secured))
})

/** The https side of the sandbox of a data directory; null where it has none. */
export const securedBy = (directory: DataDirectory, tlsUrl: string | null): Secured | null =>
  tlsUrl === null ? null : { tlsUrl, bundle: resolve(filesOf(directory.file("tls")).bundle) }

/** As lines for a shell to evaluate. */
export const lines = (variables: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  Object.entries(variables).map(([name, value]) => `export ${name}=${ShellWords.word(value)}`)
