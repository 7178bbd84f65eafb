import type { DataDirectory } from "@ebb/runtime/store/DataDirectory"
import { filesOf } from "@ebb/runtime/tls/LocalTls"
import { delimiter, resolve } from "node:path"
import * as ShellWords from "@ebb/text/ShellWords"
import type { Redirects } from "./Redirects.ts"

export type Variables = Readonly<Record<string, string>>
type Environment = Readonly<Record<string, string | undefined>>

/** Where clients find the data plane that speak https only, and whom they must trust for it. */
interface Secured {
  readonly tlsUrl: string
  readonly authority: string
  readonly bundle: string
}

/** What a client has to know of a sandbox. `secured`: null where it does not listen with TLS. */
export interface Pointed {
  /** Of its public port. */
  readonly host: string
  readonly key: string
  readonly secured: Secured | null
  readonly redirects: Redirects
}

/** The https side of the sandbox of a data directory; null where it has none. */
export const securedBy = (directory: DataDirectory, tlsUrl: string | null): Secured | null => {
  if (tlsUrl === null) return null
  const { authority, bundle } = filesOf(directory.file("tls"))
  return { tlsUrl, authority: resolve(authority), bundle: resolve(bundle) }
}

const ownOption = /--require (?:"[^"]*\/clients\/redirect\.cjs"|\S*\/clients\/redirect\.cjs)/g

/** Those of the user's own, and what loads our module; an earlier one of ours goes. */
const nodeOptions = (file: string, before = ""): string => {
  const word = /\s/.test(file) ? `"${file}"` : file
  return `${before.replace(ownOption, "").trim()} --require ${word}`.trim()
}

const pythonPath = (folder: string, before = ""): string =>
  [folder, ...before.split(delimiter).filter((path) => path !== "" && !path.endsWith("/clients/python"))].join(
    delimiter
  )

/** What each kind of client reads; each key its own part. */
const parts = {
  cli: ({ host, key }: Pointed) => ({
    ISOLATE_TEST_MODE: "1",
    FAL_GRPC_HOST: host,
    FAL_REST_HOST: host,
    FAL_KEY: key
  }),
  python: ({ key, redirects, secured }: Pointed, before: Environment) => ({
    FAL_KEY: key,
    ...(secured === null
      ? {}
      : {
          FAL_RUN_HOST: `${new URL(secured.tlsUrl).host}/fal.run`,
          FAL_QUEUE_RUN_HOST: `${new URL(secured.tlsUrl).host}/queue.fal.run`,
          SSL_CERT_FILE: secured.bundle
        }),
    PYTHONPATH: pythonPath(redirects.python, before["PYTHONPATH"])
  }),
  js: ({ key, redirects, secured }: Pointed, before: Environment) => ({
    FAL_KEY: key,
    ...(secured === null ? {} : { NODE_EXTRA_CA_CERTS: secured.authority }),
    NODE_OPTIONS: nodeOptions(redirects.javascript, before["NODE_OPTIONS"]),
    BUN_INSPECT_PRELOAD: redirects.javascript
  })
} as const satisfies Record<string, (pointed: Pointed, before: Environment) => Variables>

export type Client = keyof typeof parts
export const clients = ["cli", "js", "python"] as const satisfies ReadonlyArray<Client>

/** Environment variables that point the public clients at a sandbox, one kind of them or all; `before`: those in force. */
export const make = (pointed: Pointed, before: Environment, client?: Client): Variables =>
  client === undefined
    ? { ...parts.cli(pointed), ...parts.python(pointed, before), ...parts.js(pointed, before) }
    : parts[client](pointed, before)

/** How a value of an earlier `ebb env` looks, of variables that a later one may not set. */
const ours: Readonly<Record<string, (value: string) => boolean>> = {
  // Whoever it is of: with it clients sign in with a token of their own instead of the key.
  FAL_FORCE_AUTH_BY_USER: () => true,
  FAL_HOME_DIR: (value) => value.endsWith("/login"),
  FAL_RUN_HOST: (value) => value.endsWith("/fal.run"),
  FAL_QUEUE_RUN_HOST: (value) => value.endsWith("/queue.fal.run"),
  SSL_CERT_FILE: (value) => value.endsWith("/tls/bundle.pem"),
  NODE_EXTRA_CA_CERTS: (value) => value.endsWith("/tls/ca.pem")
}

/** Variables in force of another `ebb env` that would lead astray beside those of `all`. */
export const stale = (all: Variables, before: Environment): ReadonlyArray<string> =>
  Object.entries(ours)
    .filter(([name, isOurs]) => !(name in all) && before[name] !== undefined && isOurs(before[name]))
    .map(([name]) => name)

/** As lines for a shell to evaluate. */
export const lines = (variables: Variables): ReadonlyArray<string> =>
  Object.entries(variables).map(([name, value]) => `export ${name}=${ShellWords.word(value)}`)
