import type { Server } from "@ebb/runtime/Server"
import { filesOf } from "@ebb/runtime/tls/LocalTls"
import { version } from "@ebb/text/Version"
import { readFileSync } from "node:fs"
import * as ClientVariables from "../../sandbox/ClientVariables.ts"

/** What is to be said of a sandbox once it listens. */
export const of = (server: Server, data: string) => {
  const { addresses, started } = server
  const { directUrl, tlsUrl, url } = addresses
  const { apps, directory, link } = started
  const key = readFileSync(directory.keyFile("local"), "utf8").trim()
  return {
    url,
    directUrl,
    tlsUrl,
    authority: tlsUrl === null ? null : filesOf(directory.tlsFolder).authority,
    pid: process.pid,
    data,
    version,
    apps,
    dashboard: link(),
    env: ClientVariables.make(new URL(url).host, key, ClientVariables.securedBy(directory, tlsUrl))
  }
}

type Banner = ReturnType<typeof of>

const last = 'or: eval "$(ebb env)"'

/** For people; tests and scripts wait for the line that starts with `ebb is up`. */
export const render = ({ apps, authority, dashboard, data, directUrl, env, tlsUrl, url }: Banner): string => {
  const named = apps.length === 0 ? "no app" : `${apps.length === 1 ? "app" : "apps"} ${apps.join(", ")}`
  return [
    `ebb is up at ${url} (HTTP and gRPC), data in ${data}, ${named}`,
    ...(directUrl === null ? [] : [`Direct HTTP: ${directUrl}`]),
    ...(tlsUrl === null ? [] : [`With TLS: ${tlsUrl}, certified by ${authority}`]),
    `Dashboard: ${dashboard}`,
    "To use the public clients with it:",
    ...ClientVariables.lines(env).map((line) => `  ${line}`),
    last,
    ""
  ].join("\n")
}

/** Whether the text is all of a banner, as people or programs read it. */
export const isWhole = (text: string): boolean => text.endsWith(`${last}\n`) || text.endsWith("}\n")
