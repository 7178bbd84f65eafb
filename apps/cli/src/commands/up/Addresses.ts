import type { ServerOptions } from "@ebb/runtime/Server"
import { CommandFailed, InvalidInput } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import { BadValue } from "../../kit/Grammar.ts"
import { quote } from "../../kit/Text.ts"

const portMax = 65_535

/** A port as it is typed. */
export const port = (word: string): number => {
  const value = Number(word)
  if (!/^\d+$/.test(word) || value > portMax)
    throw new BadValue(`must be a port from 0 to ${portMax}, got ${quote(word)}`)
  return value
}

/** An address to listen on; whether this machine has it shows when it is tried. */
export const listen = (word: string): string => {
  if (/^[^\s/]+$/.test(word)) return word
  throw new BadValue(`must be an address of this machine such as 127.0.0.1 or 0.0.0.0, got ${quote(word)}`)
}

/** A name of this host, as it is compared with what callers say. */
export const host = (word: string): string => {
  if (/^([\w.-]+|\[[\da-f:]+\])$/i.test(word)) return word.toLowerCase()
  throw new BadValue(`must be a host name such as gpu.example, without scheme and port, got ${quote(word)}`)
}

/** An origin, as browsers write it; `null` is that of a page which is a file. */
export const origin = (word: string): string => {
  const url = /^[a-z][a-z\d+.-]*:\/\/[^/?#@]+\/?$/i.test(word) ? URL.parse(word) : null
  // Browsers leave out the port that the scheme has anyway, and so does this.
  if (url !== null) return `${url.protocol}//${url.host}`
  if (word === "null") return word
  throw new BadValue(`must be an origin such as http://localhost:3000, got ${quote(word)}`)
}

const https = 1

/** Whether two doors are to have one port: why not, or null. */
export const clash = (given: number, httpPort: number | null, tls: boolean): InvalidInput | null => {
  if (httpPort === null || httpPort === 0 || given === 0) return null
  const taken = (by: string) => new InvalidInput({ text: `--http-port ${httpPort} is taken by ${by}; choose another` })
  if (httpPort === given) return taken("--port")
  return tls && httpPort === given + https ? taken("https, which is on the port after --port") : null
}

const asked = ["listen", "bind", "getaddrinfo"]

/** What the system has against listening there; null where that is not what failed. */
export const trouble = (
  error: unknown,
  { host, port }: Pick<ServerOptions, "host" | "port">
): InvalidInput | CommandFailed | null => {
  if (!(error instanceof Error)) return null
  const code = "code" in error ? error.code : null
  const isAsked = "syscall" in error && asked.includes(String(error.syscall))
  // Bun says no more of a name that it does not find.
  if (!isAsked && !error.message.startsWith("Failed to listen")) return null
  if (code === "EACCES") {
    return new CommandFailed({ text: `Port ${port} cannot be opened: ${Files.reason(error)}`, because: error })
  }
  const text = `--listen ${host}: this machine has no such address. It is 127.0.0.1 for callers on it, 0.0.0.0 for all`
  return new InvalidInput({ text, because: error })
}
