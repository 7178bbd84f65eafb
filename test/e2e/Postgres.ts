import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

const debian = "/usr/lib/postgresql"
const versions = existsSync(debian) ? readdirSync(debian) : []
const folders = [...versions.map((version) => join(debian, version, "bin")), ...(process.env["PATH"] ?? "").split(":")]

/** Where PostgreSQL's programs are; null where it is not installed. */
export const programs = folders.find((folder) => existsSync(join(folder, "initdb"))) ?? null

/** PostgreSQL refuses to run as root: then it runs as the user of Debian's package. */
const asUser =
  process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"] : []

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** A PostgreSQL of its own, in a folder of its own. */
export class Postgres {
  readonly url: string
  private readonly folder: string
  private readonly port: number

  private constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`
  }

  static async make(): Promise<Postgres> {
    const folder = mkdtempSync(join(tmpdir(), "ebb-postgres-"))
    chmodSync(folder, 0o777)
    const made = new Postgres(folder, await freePort())
    made.program("initdb", "-D", join(folder, "data"), "-U", "postgres", "-A", "trust", "-N")
    made.start()
    return made
  }

  start(): void {
    const options = `-p ${this.port} -k ${this.folder} -h 127.0.0.1 -c fsync=off`
    this.program(
      "pg_ctl",
      "-D",
      join(this.folder, "data"),
      "-w",
      "-l",
      join(this.folder, "log"),
      "-o",
      options,
      "start"
    )
  }

  /** Ends it as a crash would. */
  stop(): void {
    this.program("pg_ctl", "-D", join(this.folder, "data"), "-w", "-m", "immediate", "stop")
  }

  /** What a query answers, a line a row. */
  query(sql: string): string {
    return this.program("psql", "-h", "127.0.0.1", "-p", String(this.port), "-U", "postgres", "-At", "-c", sql).trim()
  }

  remove(): void {
    this.stop()
    rmSync(this.folder, { recursive: true })
  }

  private program(name: string, ...args: ReadonlyArray<string>): string {
    const [command = "", ...words] = [...asUser, join(programs ?? "", name), ...args]
    // Its own files and not pipes for pg_ctl, as the server that it starts would hold them open.
    const stdio = name === "pg_ctl" ? "ignore" : "pipe"
    const { status, stderr, stdout } = spawnSync(command, words, { cwd: this.folder, encoding: "utf8", stdio })
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`)
    return stdout ?? ""
  }
}
