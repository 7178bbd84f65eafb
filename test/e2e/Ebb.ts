import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as Api from "@ebb/protocol/rest/Api"
import { call, type Input } from "@ebb/protocol/rest/Client"
import type { Endpoint } from "@ebb/protocol/rest/Endpoint"
import type { LedgerRow, RunnerInfo } from "@ebb/protocol/rest/Shapes"
import { Effect, Schema } from "effect"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const submitted = Schema.decodeUnknownSync(Schema.Struct({ request_id: Schema.String }))

/** The compiled binary, as `npm test` and `npm start` make it. */
export const binary = join(import.meta.dirname, "../../dist/ebb")

if (!existsSync(binary)) throw new Error("dist/ebb is not there: run node scripts/compile.mjs first")

const cleanEnv = (data: string): NodeJS.ProcessEnv => ({ PATH: process.env["PATH"], HOME: data, EBB_DATA: data })

/** The living processes with that variable in their environment. */
const startedWith = (variable: string): ReadonlyArray<number> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(variable)
      } catch {
        return false
      }
    })
    .map(Number)

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A running `ebb up` with a data directory of its own, and the commands that talk to it. */
export class Ebb {
  readonly data: string
  /** Further variables of `ebb up`. */
  variables: Readonly<Record<string, string>> = {}
  url = ""
  /** Of the direct listener, where it was asked for. */
  directUrl = ""
  key = ""
  /** What it wrote to standard error since its start. */
  log = ""
  private child: ChildProcess | null = null

  constructor(data = mkdtempSync(join(tmpdir(), "ebb-e2e-"))) {
    this.data = data
  }

  /** Starts it and waits until it listens. */
  async up(...args: ReadonlyArray<string>): Promise<this> {
    const child = spawn(binary, ["up", "--port", "0", ...args], {
      env: { ...cleanEnv(this.data), ...this.variables },
      stdio: ["ignore", "pipe", "pipe"]
    })
    this.child = child
    let stdout = ""
    this.log = ""
    child.stderr.on("data", (chunk: Buffer) => (this.log += chunk.toString()))
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (chunk: Buffer) => {
        stdout += chunk.toString()
        if (stdout.includes("ebb down lets")) resolve()
      })
      child.on("exit", (code) => reject(new Error(`ebb up ended with ${code}: ${this.log}`)))
    })
    this.url = /ebb is up at (\S+)/.exec(stdout)?.[1] ?? ""
    this.directUrl = /Direct HTTP: (\S+)/.exec(stdout)?.[1] ?? ""
    this.key = readFileSync(join(this.data, "admin.key"), "utf8").trim()
    return this
  }

  /** Ends it at once, with nothing put in order. */
  kill(): Promise<void> {
    return this.end("SIGKILL")
  }

  /** Sends it the signal and waits until it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once("exit", resolve))
    child.kill(signal)
    await ended
  }

  /** Stops it for a while, as Ctrl-Z and `fg` do: what was begun meanwhile. */
  async standStill<A>(ms: number, begin: () => A): Promise<{ readonly begun: A }> {
    this.child?.kill("SIGSTOP")
    const begun = begin()
    await new Promise((resolve) => setTimeout(resolve, ms))
    this.child?.kill("SIGCONT")
    return { begun }
  }

  /** Ends it, whatever processes a killed one has left behind, and all that it kept. */
  async remove(): Promise<void> {
    await this.end("SIGINT")
    for (const pid of startedWith(`EBB_DATA=${this.data}`)) {
      try {
        process.kill(pid, "SIGKILL")
      } catch {
        // It ended meanwhile.
      }
    }
    rmSync(this.data, { recursive: true, force: true })
  }

  /** Runs a command against it. */
  run(...args: ReadonlyArray<string>): Ended {
    const { status, stderr, stdout } = spawnSync(binary, args, { env: cleanEnv(this.data), encoding: "utf8" })
    return { code: status ?? -1, stdout, stderr }
  }

  /** Runs a command against it while this process goes on. */
  start(...args: ReadonlyArray<string>): Promise<Ended> {
    return this.follow(...args).ended
  }

  /** The same, with what it has printed so far. */
  follow(...args: ReadonlyArray<string>): { readonly ended: Promise<Ended>; readonly printed: () => string } {
    const child = spawn(binary, args, { env: cleanEnv(this.data), stdio: ["ignore", "pipe", "pipe"] })
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
    const ended = new Promise<Ended>((resolve) =>
      child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }))
    )
    return { ended, printed: () => stdout }
  }

  /** The same sandbox, seen with another key. */
  as(key: string): Ebb {
    const other = new Ebb(this.data)
    other.url = this.url
    other.key = key
    return other
  }

  /** A call of the REST API, by its table. */
  ask<Path extends string, Query, Body, Answer>(
    endpoint: Endpoint<Path, Query, Body, Answer>,
    input: Input<Path, Query, Body>
  ): Promise<Answer> {
    return Effect.runPromise(call({ baseUrl: this.url, key: this.key }, endpoint, input))
  }

  /** The same for a call that is to be refused: its sentence. */
  refusal<Path extends string, Query, Body, Answer>(
    endpoint: Endpoint<Path, Query, Body, Answer>,
    input: Input<Path, Query, Body>
  ): Promise<string> {
    const asked = call({ baseUrl: this.url, key: this.key }, endpoint, input)
    return Effect.runPromise(Effect.map(Effect.flip(asked), ({ message }) => message))
  }

  async runners(app: string, env?: string): Promise<ReadonlyArray<RunnerInfo>> {
    const query = env === undefined ? {} : { env }
    return (await this.ask(Api.appRunners, { params: { app }, query })).runners
  }

  /** Waits until so many runners serve; those that do. */
  async serving(app: string, count: number, env?: string): Promise<ReadonlyArray<RunnerInfo>> {
    const isServing = ({ state }: RunnerInfo) => state === "IDLE" || state === "RUNNING"
    const runners = await this.until(
      () => this.runners(app, env),
      (all) => all.filter(isServing).length >= count
    )
    return runners.filter(isServing)
  }

  /** Waits until so many requests are in flight. */
  inFlight(app: string, count: number): Promise<ReadonlyArray<RunnerInfo>> {
    return this.until(
      () => this.runners(app),
      (all) => all.reduce((sum, { in_flight_requests: n }) => sum + n, 0) === count
    )
  }

  /** The report of the newest rollout, once it is over. */
  finished(): Promise<RolloutReport> {
    return this.ask(Api.rolloutReport, { params: { rollout: "last" }, query: { wait: "finished" } })
  }

  /** The ledger of an app, by request id. */
  async ledger(app: string): Promise<ReadonlyMap<string, LedgerRow>> {
    const { requests } = await this.ask(Api.listRequests, { params: {}, query: { app, limit: "10000" } })
    return new Map(requests.map((row) => [row.requestId, row]))
  }

  /** A direct request. */
  direct(
    path: string,
    { body = "{}", service }: { readonly body?: string; readonly service?: string } = {}
  ): Promise<Response> {
    const headers = { authorization: `Key ${this.key}`, "content-type": "application/json" }
    const timed = service === undefined ? headers : { ...headers, "x-ebb-service": service }
    return fetch(`${this.url}/fal.run/${path}`, { method: "POST", headers: timed, body })
  }

  /** A queued request: its id, once it was acknowledged. */
  async submit(path: string): Promise<string> {
    const headers = { authorization: `Key ${this.key}`, "content-type": "application/json" }
    const response = await fetch(`${this.url}/queue.fal.run/${path}`, { method: "POST", headers, body: "{}" })
    return submitted(await response.json()).request_id
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
