import type { Server } from "@ebb/runtime/Server"
import { filesOf } from "@ebb/runtime/tls/LocalTls"
import { version } from "@ebb/text/Version"
import { readFileSync } from "node:fs"
import * as ClientVariables from "../../clients/ClientVariables.ts"
import * as Redirects from "../../clients/Redirects.ts"

/** What is to be said of a sandbox once it listens, for programs. */
const valueOf = async (server: Server, data: string, before: Readonly<Record<string, string | undefined>>) => {
  const { addresses, started } = server
  const { directUrl, tlsUrl, url } = addresses
  const { apps, directory, link } = started
  const pointed: ClientVariables.Pointed = {
    host: new URL(url).host,
    key: readFileSync(directory.teamKeys.file("local"), "utf8").trim(),
    secured: ClientVariables.securedBy(directory, tlsUrl),
    redirects: await Redirects.write(directory, url)
  }
  const value = {
    url,
    directUrl,
    tlsUrl,
    authority: tlsUrl === null ? null : filesOf(directory.file("tls")).authority,
    pid: process.pid,
    data,
    version,
    apps,
    dashboard: link(),
    env: ClientVariables.make(pointed, before)
  }
  return { value, commandLine: ClientVariables.make(pointed, before, "cli") }
}

type Said = Awaited<ReturnType<typeof valueOf>>

const elsewhere = "Try next, in another terminal:"
const last = "Ctrl-C ends it; ebb down lets requests finish first."

/** What to do with it, from another terminal; `hasSpec`: there is an ebb.yaml whose app does not run yet. */
const tries = (
  [app]: ReadonlyArray<string>,
  hasSpec: boolean
): ReadonlyArray<readonly [command: string, what: string]> =>
  app === undefined
    ? [
        ["ebb init", "write a spec"],
        ["ebb deploy ebb.yaml", "deploy it"]
      ]
    : [
        [`ebb load ${app} --rate 5/s --for 5m`, "send requests"],
        [`ebb apps rollout ${app} --watch`, "roll out, and see what becomes of them"],
        ["ebb top", "see everything, live"],
        ...(hasSpec ? [["ebb deploy ebb.yaml", "run the app of the ebb.yaml here too"] as const] : [])
      ]

const tryLines = (apps: ReadonlyArray<string>, hasSpec: boolean): ReadonlyArray<string> => {
  const all = tries(apps, hasSpec)
  const width = Math.max(...all.map(([command]) => command.length))
  return all.map(([command, what]) => `  ${command.padEnd(width)}   ${what}`)
}

/** For people; tests and scripts wait for the line that starts with `ebb is up`. */
const textOf = ({ commandLine, value }: Said, hasSpec: boolean): string => {
  const { apps, authority, dashboard, data, directUrl, tlsUrl, url } = value
  const named = apps.length === 0 ? "no app" : `${apps.length === 1 ? "app" : "apps"} ${apps.join(", ")}`
  return [
    `ebb is up at ${url} (HTTP and gRPC), data in ${data}, ${named}`,
    ...(directUrl === null ? [] : [`Direct HTTP: ${directUrl}`]),
    ...(tlsUrl === null ? [] : [`With TLS: ${tlsUrl}, certified by ${authority}`]),
    `Dashboard: ${dashboard}`,
    'To use the public clients with it: eval "$(ebb env)"',
    "or, for the Python command line alone:",
    ...ClientVariables.lines(commandLine).map((line) => `  ${line}`),
    elsewhere,
    ...tryLines(apps, hasSpec),
    last,
    ""
  ].join("\n")
}

/** What is to be said of a sandbox once it listens: as a value for programs, as a text for people. */
export const of = async (hasSpec: boolean, ...given: Parameters<typeof valueOf>) => {
  const said = await valueOf(...given)
  return { value: said.value, text: textOf(said, hasSpec) }
}

/** As it reads where the sandbox runs in the background. */
export const inBackground = (text: string): string =>
  text.replace(elsewhere, "Try next:").replace(last, "ebb down ends it, and lets requests finish first.")

/** Whether the text is all of a banner, as people or programs read it. */
export const isWhole = (text: string): boolean => text.endsWith(`${last}\n`) || text.endsWith("}\n")
