import { type ApiError, call, type Connection, type Input, type Unreachable } from "@ebb/protocol/rest/Client"
import type { Endpoint } from "@ebb/protocol/rest/Endpoint"
import { Effect, String } from "effect"
import * as KeyFile from "@ebb/runtime/store/KeyFile"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { CommandFailed, InvalidInput } from "../kit/Errors.ts"
import type { Io } from "../kit/Io.ts"
import { Output } from "../kit/Output.ts"
import * as DataFolder from "./DataFolder.ts"
import * as Config from "./Config.ts"
import * as Team from "./Team.ts"

/** The options of every command that talks to a sandbox. */
export interface Asked {
  /** Null: of whoever the key is, whatever `teams set` says. */
  readonly team?: string | null
  readonly host?: string
  /** The data directory, where it is named. */
  readonly data?: string
}

const hostDefault = "localhost:8787"

const isSet = (value: string | undefined): value is string => value !== undefined && value !== ""

/** The address in `sandbox.json`, read as text alone: commands are to start fast. */
const recorded = (folder: string): string | null => {
  try {
    const { url } = JSON.parse(readFileSync(join(folder, "sandbox.json"), "utf8"))
    return typeof url === "string" ? url : null
  } catch {
    return null
  }
}

/** The address that was named, on the command line or in the environment; a data directory that was named outdoes the latter. */
const namedAddress = ({ data, host }: Asked, { env }: Io): string | undefined =>
  [host, ...(data === undefined ? [env["EBB_HOST"], env["FAL_GRPC_HOST"]] : [])].find(isSet)

const urlOf = Effect.fnUntraced(function* (host: string) {
  const url = URL.parse(/^https?:\/\//.test(host) ? host : `http://${host}`)
  if (url !== null) return url
  return yield* new InvalidInput({ text: `'${host}' is no address of a sandbox; give it as host:port` })
})

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)

const keyFile = (folder: string, team: string): string =>
  team === "local" ? join(folder, "admin.key") : join(folder, "keys", `${team}.key`)

/** A key of production must not travel by accident: FAL_KEY counts only beside FAL_GRPC_HOST. */
const keyOfEnvironment = ({ env }: Io): { readonly name: string; readonly key: string } | null => {
  if (isSet(env["EBB_KEY"])) return { name: "EBB_KEY", key: env["EBB_KEY"] }
  if (isSet(env["FAL_KEY"]) && isSet(env["FAL_GRPC_HOST"])) return { name: "FAL_KEY", key: env["FAL_KEY"] }
  return null
}

/** Where the sandbox is and what to show it; `--team` chooses the key where the data directory has one. */
export const connect = Effect.fn("connect")(function* (asked: Asked) {
  const { io, observe } = yield* Output
  const folder = DataFolder.locate(io, asked.data)
  const found = namedAddress(asked, io) ?? recorded(folder)
  const url = yield* urlOf(found ?? hostDefault)
  const at = { baseUrl: url.origin, observe }
  const team = asked.team === null ? undefined : (asked.team ?? Config.read(folder).team)
  const own = asked.data === undefined ? keyOfEnvironment(io) : null
  if (own !== null) {
    if (!own.key.includes(":")) {
      const text = `Invalid key format for ${own.name} environment variable. Expected '<id>:<secret>'.`
      return yield* new CommandFailed({ text })
    }
    const connection: Connection = { ...at, key: own.key }
    if (team !== undefined) yield* Team.ignoreOther(connection, team)
    return connection
  }
  const key = isLoopback(url) ? KeyFile.read(keyFile(folder, team ?? "local")) : null
  if (key !== null) return { ...at, key }
  if (team !== undefined && KeyFile.read(keyFile(folder, "local")) !== null) {
    return yield* new CommandFailed({ text: `Team ${team} not found` })
  }
  const text = found === null ? `No sandbox answers at ${url.host}. Start one with: ebb up` : noKey(url)
  return yield* new CommandFailed({ text })
})

const noKey = ({ host }: URL): string => `No key for ${host}. Run: eval "$(ebb env)"`

/** As the key's own team, for commands that choose one. */
export const connectAsSelf = (asked: Omit<Asked, "team">) => connect({ ...asked, team: null })

/** The sentence of the server, or what to do where there is none. */
export const failure = (because: ApiError | Unreachable): CommandFailed =>
  because._tag === "ApiError"
    ? new CommandFailed({ text: because.detail, because })
    : new CommandFailed({ text: `${because.message}. Start one with: ebb up`, because })

/** An empty name fits no path, so the sandbox cannot say that there is no such thing. */
const nameless = (params: Readonly<Record<string, string>>): CommandFailed | null => {
  const [kind] = Object.entries(params).find(([, name]) => name === "") ?? []
  if (kind === undefined) return null
  const title = kind === "app" ? "Application" : String.capitalize(kind)
  return new CommandFailed({ text: `${title} '' not found` })
}

/** Calls an endpoint; what it refuses is a failed command. */
export const ask = <Path extends string, Query, Body, Answer>(
  connection: Connection,
  endpoint: Endpoint<Path, Query, Body, Answer>,
  input: Input<Path, Query, Body>
): Effect.Effect<Answer, CommandFailed> => {
  const refused = nameless(input.params)
  return refused === null ? Effect.mapError(call(connection, endpoint, input), failure) : Effect.fail(refused)
}

/** `--env`, else FAL_ENV, as a query; nothing where neither is given. */
export const envQuery = ({ env }: Io, given: string | undefined): { readonly env?: string } => {
  const name = given ?? env["FAL_ENV"]
  return name === undefined || (given === undefined && name === "") ? {} : { env: name }
}
