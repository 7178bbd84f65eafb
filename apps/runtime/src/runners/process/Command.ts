import { writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import type { StopSignal } from "@ebb/processes/Signals"
import type { RevisionSource } from "../../kernel/Processes.ts"

/** What a runner is started from. */
export interface Command {
  readonly command: ReadonlyArray<string>
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** With a path, a GET of it must be answered 2xx before the runner serves. */
  readonly readyPath: string | null
  /** What asks it to end. */
  readonly stopSignal: StopSignal
}

/** Serves a user's module on PORT and drains on the signal named behind it; run by ebb's own binary, which is a Bun as well. */
const handlerHost = `const { default: given } = await import(process.argv[2])
const handle = typeof given === "function" ? given : given?.fetch?.bind(given)
if (typeof handle !== "function") {
  console.error(process.argv[2] + ": the default export must be a function of a Request, or an object with fetch")
  process.exit(1)
}
const server = Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  idleTimeout: 0,
  development: false,
  fetch: (request) => handle(request),
  error: (error) => {
    console.error(error)
    return Response.json({ detail: "Internal Server Error" }, { status: 500 })
  }
})
process.on(process.argv[3], async () => {
  await server.stop()
  process.exit(0)
})
`

const hostFile = (folder: string): string => {
  const file = join(folder, "handler-host.mjs")
  // Anew each time: the one that is there may be an older version's.
  writeFileSync(file, handlerHost)
  return file
}

/** The command of a spec's `runner`, null where its runners are simulated. `data`: the data directory. */
export const of = ({ folder, spec }: RevisionSource, data: string): Command | null => {
  const { command, cwd, env = {}, handler, ready, stop_signal: stopSignal = "SIGTERM" } = spec.runner ?? {}
  const readyPath = ready !== undefined && "path" in ready ? ready.path : null
  if (handler !== undefined) {
    const words = [process.execPath, hostFile(data), resolve(folder, handler), stopSignal]
    return { command: words, cwd: folder, env: { ...env, BUN_BE_BUN: "1" }, readyPath, stopSignal }
  }
  if (command === undefined) return null
  return { command, cwd: cwd === undefined ? folder : resolve(folder, cwd), env, readyPath, stopSignal }
}
