import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** The compiled binary, as `npm test` and `npm start` make it. */
export const binary = join(import.meta.dirname, "../../dist/ebb")

if (!existsSync(binary)) throw new Error("dist/ebb is not there: run node scripts/compile.mjs first")

const cleanEnv = (data: string): NodeJS.ProcessEnv => ({ PATH: process.env["PATH"], HOME: data, EBB_DATA: data })

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A running `ebb up` with a data directory of its own, and the commands that talk to it. */
export class Ebb {
  readonly data: string
  url = ""
  key = ""
  private child: ChildProcess | null = null

  constructor(data = mkdtempSync(join(tmpdir(), "ebb-e2e-"))) {
    this.data = data
  }

  /** Starts it and waits until it listens. */
  async up(...args: ReadonlyArray<string>): Promise<this> {
    const child = spawn(binary, ["up", "--port", "0", ...args], {
      env: cleanEnv(this.data),
      stdio: ["ignore", "pipe", "pipe"]
    })
    this.child = child
    let stdout = ""
    let stderr = ""
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (chunk: Buffer) => {
        stdout += chunk.toString()
        if (stdout.includes("or: eval")) resolve()
      })
      child.on("exit", (code) => reject(new Error(`ebb up ended with ${code}: ${stderr}`)))
    })
    this.url = /ebb is up at (\S+)/.exec(stdout)?.[1] ?? ""
    this.key = readFileSync(join(this.data, "admin.key"), "utf8").trim()
    return this
  }

  /** Ends it at once, with nothing put in order. */
  async kill(): Promise<void> {
    const { child } = this
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once("exit", resolve))
    child.kill("SIGKILL")
    await ended
  }

  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.data, { recursive: true, force: true })
  }

  /** Runs a command against it. */
  run(...args: ReadonlyArray<string>): Ended {
    const { status, stderr, stdout } = spawnSync(binary, args, { env: cleanEnv(this.data), encoding: "utf8" })
    return { code: status ?? -1, stdout, stderr }
  }

  /** Runs a command against it while this process goes on. */
  start(...args: ReadonlyArray<string>): Promise<Ended> {
    const child = spawn(binary, args, { env: cleanEnv(this.data), stdio: ["ignore", "pipe", "pipe"] })
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
    return new Promise((resolve) => child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr })))
  }

  /** The same sandbox, seen with another key. */
  as(key: string): Pick<Ebb, "api"> {
    const other = new Ebb(this.data)
    other.url = this.url
    other.key = key
    return other
  }

  /** A call of the REST API; its JSON answer. */
  async api(method: string, path: string, body?: unknown): Promise<Record<string, any>> {
    const headers = { authorization: `Key ${this.key}`, "content-type": "application/json" }
    const init = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(`${this.url}${path}`, { method, headers, ...init })
    return (await response.json()) as Record<string, any>
  }

  /** Looks again and again until it holds; for states that no event of a client's tells of. */
  async until<A>(look: () => Promise<A>, holds: (seen: A) => boolean): Promise<A> {
    for (;;) {
      const seen = await look()
      if (holds(seen)) return seen
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
