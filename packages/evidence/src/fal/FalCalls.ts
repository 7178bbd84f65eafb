import { create, fromBinary, toBinary } from "@bufbuild/protobuf"
import { ListAliasesRequestSchema, ListAliasesResultSchema } from "@ebb/protocol/gen/controller_pb"
import { Client, credentials, Metadata } from "@grpc/grpc-js"
import { mkdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { textAt } from "../learn/Json.ts"
import type { FalHosts } from "./FalHosts.ts"

/** What an answer is kept under: `requests-2`. */
type Name = string

/** Asks for what is known of an app; answers as they came. */
export interface FalCalls {
  /** `OWNER/APP` of what was asked for. */
  readonly endpoint: (given: string) => Promise<string>
  readonly get: (name: Name, host: "api" | "rest" | "runners", path: string) => Promise<unknown>
  /** The apps and their settings. */
  readonly aliases: () => Promise<unknown>
}

const triesMost = 6
const waitMs = 1000
const again = new Set([429, 502, 503])

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener("abort", () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })

const detailOf = (body: string): string => {
  try {
    const { detail } = JSON.parse(body) as { readonly detail?: unknown }
    return typeof detail === "string" ? `: ${detail}` : ""
  } catch {
    return ""
  }
}

/** Reads, with patience where the host says that it is too much or that it is not there for the moment. */
const read = async (url: string, key: string, signal: AbortSignal): Promise<unknown> => {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(url, { headers: { authorization: `Key ${key}` }, redirect: "error", signal })
    if (answer.ok) return answer.json()
    const body = await answer.text()
    if (!again.has(answer.status) || tries === triesMost) {
      throw new Error(`${new URL(url).host}${new URL(url).pathname} answered ${answer.status}${detailOf(body)}`)
    }
    const after = Number(answer.headers.get("retry-after"))
    await pause(after > 0 ? Math.min(after, 60) * 1000 : waitMs * 2 ** (tries - 1), signal)
  }
}

const listAliases = (key: string, { isPlain, target }: NonNullable<FalHosts["grpc"]>): Promise<unknown> => {
  const client = new Client(target, isPlain ? credentials.createInsecure() : credentials.createSsl())
  const [id = "", ...secret] = key.split(":")
  const metadata = new Metadata()
  metadata.set("auth-key-id", id)
  metadata.set("auth-key", secret.join(":"))
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      "/controller.IsolateController/ListAliases",
      (request: ReturnType<typeof emptyRequest>) => Buffer.from(toBinary(ListAliasesRequestSchema, request)),
      (bytes) => fromBinary(ListAliasesResultSchema, bytes),
      emptyRequest(),
      metadata,
      (error, answer) => {
        client.close()
        if (error === null) resolve(plain(answer))
        else reject(new Error(`${target} answered ${error.details}`))
      }
    )
  })
}

const emptyRequest = () => create(ListAliasesRequestSchema, {})

/** Snake case as elsewhere, and nothing that JSON has no word for. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? Number(value) : value
  const entries = Object.entries(value).filter(([key]) => !key.startsWith("$"))
  return Object.fromEntries(
    entries.map(([key, inner]) => [key.replaceAll(/[A-Z]/gu, (char) => `_${char.toLowerCase()}`), plain(inner)])
  )
}

/** The hosts themselves. */
export const live = (hosts: FalHosts, signal: AbortSignal): FalCalls => ({
  endpoint: async (given) => {
    if (given.includes("/")) return given
    const owner = textAt(await read(`${hosts.rest}/users/current`, hosts.key, signal), "nickname")
    if (owner !== null) return `${owner}/${given}`
    throw new Error("the platform does not say whose key it is; write fal:OWNER/APP")
  },
  get: (_, host, path) => read(`${hosts[host]}${path}`, hosts.key, signal),
  aliases: () =>
    hosts.grpc === null ? read(`${hosts.rest}/v1/apps`, hosts.key, signal) : listAliases(hosts.key, hosts.grpc)
})

const fileOf = (folder: string, name: Name): string => join(folder, `${name}.json`)

/** The same, and every answer is kept in a folder as it came; what was asked with is not. */
export const kept = (calls: FalCalls, folder: string): FalCalls => {
  const keep = async (name: Name, asked: Promise<unknown>): Promise<unknown> => {
    const answer = await asked
    await mkdir(folder, { recursive: true })
    await writeFile(fileOf(folder, name), `${JSON.stringify(answer, null, 1)}\n`)
    return answer
  }
  return {
    endpoint: async (given) => String(await keep("endpoint", calls.endpoint(given))),
    get: (name, host, path) => keep(name, calls.get(name, host, path)),
    aliases: () => keep("aliases", calls.aliases())
  }
}

/** Answers that were kept before. */
export const dumped = (folder: string): FalCalls => {
  const readKept = async (name: Name): Promise<unknown> => JSON.parse(await readFile(fileOf(folder, name), "utf8"))
  return { endpoint: async () => String(await readKept("endpoint")), get: readKept, aliases: () => readKept("aliases") }
}
