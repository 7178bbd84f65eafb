import * as Api from "@ebb/protocol/rest/Api"
import { call, type Input } from "@ebb/protocol/rest/Client"
import type { Endpoint } from "@ebb/protocol/rest/Endpoint"
import type { LedgerRow } from "@ebb/protocol/rest/Shapes"
import { Kernel, type LiveFleet } from "@ebb/runtime/kernel/Kernel"
import { onLoopback, Server } from "@ebb/runtime/Server"
import { Effect, Schema } from "effect"
import { cpSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const ack = Schema.decodeUnknownSync(Schema.Struct({ request_id: Schema.String }))
/** A sandbox in this process that can be ended at any moment, with nothing put in order, and started again. */
export class Restarted {
  readonly data = mkdtempSync(join(tmpdir(), "ebb-restart-"))
  /** Milliseconds of its clock for each of the wall, from its next start on. */
  speed = 1
  /** Whether its apps may run processes, from its next start on. */
  allowProcesses = false
  /** Of its direct listener, from its next start on; 0: any free one, null: it has none. */
  httpPort: number | null = null
  private server: Server | null = null

  get running(): Server {
    if (this.server === null) throw new Error("it is not running")
    return this.server
  }

  get kernel(): LiveFleet {
    return this.running.get(Kernel)
  }

  async up(...specs: ReadonlyArray<string>): Promise<void> {
    await this.end()
    this.server = await Server.start({
      data: this.data,
      speed: this.speed,
      allowProcesses: this.allowProcesses,
      ...onLoopback,
      httpPort: this.httpPort,
      page: () => null,
      specs: specs.map((text) => ({ file: "spec.yaml", folder: this.data, text })),
      empty: false
    })
  }

  async end(): Promise<void> {
    await this.server?.stop()
    this.server = null
  }

  /** As `ebb down` ends it. */
  async down(): Promise<void> {
    const { drain, endProcesses, gate } = this.running.goingDown
    gate.close()
    await drain(new AbortController().signal)
    await endProcesses()
    await this.end()
  }

  /** As SIGKILL ends it: on disk everything is as it is now. */
  async crash(): Promise<void> {
    const now = `${this.data}-now`
    cpSync(this.data, now, { recursive: true })
    await this.end()
    rmSync(this.data, { recursive: true })
    renameSync(now, this.data)
  }

  async remove(): Promise<void> {
    await this.end()
    rmSync(this.data, { recursive: true })
  }

  get key(): string {
    return this.running.started.directory.teamKeys.read("local") ?? ""
  }

  ask<Path extends string, Query, Body, Answer>(
    endpoint: Endpoint<Path, Query, Body, Answer>,
    input: Input<Path, Query, Body>
  ): Promise<Answer> {
    return Effect.runPromise(call({ baseUrl: this.running.url, key: this.key }, endpoint, input))
  }

  direct(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const all = { authorization: `Key ${this.key}`, "content-type": "application/json", ...headers }
    return fetch(`${this.running.url}/fal.run/local/${path}`, { method: "POST", headers: all, body: "{}" })
  }

  queue(method: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
    const all = { authorization: `Key ${this.key}`, "content-type": "application/json", ...headers }
    const body = method === "POST" ? { body: "{}" } : {}
    return fetch(`${this.running.url}/queue.fal.run/local/${path}`, { method, headers: all, ...body })
  }

  async submit(app: string, headers: Record<string, string> = {}): Promise<string> {
    return ack(await (await this.queue("POST", app, headers)).json()).request_id
  }

  async until<A>(look: () => A | Promise<A>, holds: (seen: A) => boolean): Promise<A> {
    for (;;) {
      const seen = await look()
      if (holds(seen)) return seen
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  inFlight(count: number): Promise<number> {
    return this.until(
      () => this.running.goingDown.gate.unfinished(),
      (seen) => seen === count
    )
  }

  /** The row of a request, once it has an outcome. */
  async settled(id: string): Promise<LedgerRow> {
    const rows = await this.until(
      async () => (await this.ask(Api.listRequests, { params: {}, query: {} })).requests,
      (all) => all.some((row) => row.requestId === id && row.outcome !== null)
    )
    return rows.find((row) => row.requestId === id)!
  }

  async revisions(app: string): Promise<ReadonlyArray<{ readonly id: string; readonly isCurrent: boolean }>> {
    const { revisions } = await this.ask(Api.listRevisions, { params: {}, query: { app } })
    return revisions.map((one) => ({ id: one.application_id, isCurrent: one.is_current }))
  }
}

/** One app, `llm`, of one simulated runner. */
export const spec = (service: string, more = "") => `
app: { name: llm, machine_type: GPU-H100, max_multiplexing: 1, termination_grace_period: 5s }
scaling: { min_concurrency: 1, max_concurrency: 1 }
runner: { scheduling: 5ms, setup: 5ms, teardown: 5ms, service: ${service} }
${more}`
