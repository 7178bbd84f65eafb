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
  const key = readFileSync(directory.teamKeys.file("local"), "utf8").trim()
  return {
    url,
    directUrl,
    tlsUrl,
    authority: tlsUrl === null ? null : filesOf(directory.file("tls")).authority,
    pid: process.pid,
    data,
    version,
    apps,
    dashboard: link(),
    env: ClientVariables.make(new URL(url).host, key, ClientVariables.securedBy(directory, tlsUrl))
  }
}

type Banner = ReturnType<typeof of>

const last = "Ctrl-C ends it; ebb down lets requests finish first."

/** What to do with it, from another terminal. */
const tries = ([app]: ReadonlyArray<string>): ReadonlyArray<readonly [command: string, what: string]> =>
  app === undefined
    ? [
        ["ebb init", "write a spec"],
        ["ebb deploy ebb.yaml", "deploy it"]
      ]
    : [
        [`ebb load ${app} --rate 5/s --for 5m`, "send requests"],
        [`ebb apps rollout ${app} --watch`, "roll out, and see what becomes of them"],
        ["ebb top", "see everything, live"]
      ]

const tryLines = (apps: ReadonlyArray<string>): ReadonlyArray<string> => {
  const all = tries(apps)
  const width = Math.max(...all.map(([command]) => command.length))
  return all.map(([command, what]) => `  ${command.padEnd(width)}   ${what}`)
}

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
    'or: eval "$(ebb env)"',
    "Try next, in another terminal:",
    ...tryLines(apps),
    last,
    ""
  ].join("\n")
}

/** Whether the text is all of a banner, as people or programs read it. */
export const isWhole = (text: string): boolean => text.endsWith(`${last}\n`) || text.endsWith("}\n")
