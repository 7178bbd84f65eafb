import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Server } from "@ebb/runtime/Server"

/** A sandbox with one simulated app, called `app`. */
export interface Sandbox {
  readonly server: Server
  /** The direct listener. */
  readonly url: string
  readonly key: string
  readonly stop: () => Promise<void>
}

/** `slots`: requests that a runner works on at a time, `service`: how long each takes, such as 4s, `gpus`: as many as there are. */
export const specOf = (runners: number, slots: number, service: string, gpus?: number): string => `
${gpus === undefined ? "" : `capacity: { GPU-H100: ${gpus} }`}
app: { name: app, max_multiplexing: ${slots}, machine_type: GPU-H100, termination_grace_period: 60s }
scaling: { min_concurrency: ${runners}, max_concurrency: ${runners}, keep_alive: 600s }
runner: { scheduling: 0s, setup: 0s, service: ${service} }
`

/** Starts one with that spec. */
export const start = (runners: number, slots: number, service: string): Promise<Sandbox> =>
  startOf(specOf(runners, slots, service))

/** The same, its data directory in that folder. */
export const startOf = async (text: string, parent = tmpdir()): Promise<Sandbox> => {
  const data = mkdtempSync(join(parent, "ebb-bench-"))
  const server = await Server.start({
    data,
    speed: 1,
    allowProcesses: false,
    host: "127.0.0.1",
    port: 0,
    httpPort: 0,
    tls: false,
    allowed: { hosts: [], origins: [] },
    page: () => null,
    specs: [{ file: "app.yaml", folder: data, text }],
    empty: true
  })
  const key = readFileSync(server.started.directory.teamKeys.file("local"), "utf8").trim()
  const stop = async (): Promise<void> => {
    await server.stop()
    rmSync(data, { recursive: true })
  }
  return { server, url: server.addresses.directUrl ?? "", key, stop }
}
