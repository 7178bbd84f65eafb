import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { Way } from "@ebb/core/domain/RolloutWay"
import { ways } from "@ebb/core/domain/RolloutWay"
import * as Api from "@ebb/protocol/rest/Api"
import { call } from "@ebb/protocol/rest/Client"
import type * as Shapes from "@ebb/protocol/rest/Shapes"
import * as DryRuns from "@ebb/runtime/control/DryRuns"
import * as RolloutControl from "@ebb/runtime/control/RolloutControl"
import { Rollouts } from "@ebb/runtime/control/Rollouts"
import { Apps } from "@ebb/runtime/kernel/Apps"
import { Kernel } from "@ebb/runtime/kernel/Kernel"
import { RequestLedger } from "@ebb/runtime/store/LedgerStore"
import { onLoopback, Server } from "@ebb/runtime/Server"
import type * as DryRun from "@ebb/sim/dryrun/DryRun"
import * as Random from "@ebb/sim/workload/Random"
import { Context, Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const spec = `
app: { name: llm, machine_type: GPU-H100, max_multiplexing: 2, termination_grace_period: 30s }
scaling: { min_concurrency: 4, max_concurrency: 4, keep_alive: 600s }
runner:
  scheduling: { uniform: { min: 2s, max: 6s } }
  docker_pull: { uniform: { min: 1s, max: 4s } }
  setup: { uniform: { min: 10s, max: 25s } }
  teardown: 1s
  service: { lognormal: { p50: 15s, p99: 60s } }
`

const owner = { team: "local", scope: "ADMIN", keyId: "trials" } as const
const speed = 50
/** In Fleet time: how often a request comes, and how long it is waited until the next rollout. */
const gapMs = 4000
const betweenMs = 60_000

/** A number that was predicted of a rollout, and what it was. */
export interface Trial {
  readonly mode: Way
  readonly measure: string
  readonly low: number
  readonly high: number
  readonly happened: number
}

/** To a millisecond of the wall everything live is late. */
const lateMs = 20 * speed

export const isCovered = ({ happened, high, low, measure }: Trial): boolean =>
  happened >= low - 1e-9 && happened <= high + (measure === "recoveryMs" ? lateMs : 1e-9)

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A sandbox under steady load whose rollouts are predicted at the moment when they are begun. */
export class DryRunTrials {
  readonly folder = mkdtempSync(join(tmpdir(), "ebb-dry-"))
  private readonly server: Promise<Server>
  private readonly random: Random.Random
  private isLoading = true

  constructor(seed: number) {
    this.random = Random.make(seed)
    this.server = Server.start({
      data: this.folder,
      speed,
      allowProcesses: false,
      ...onLoopback,
      page: () => null,
      specs: [{ file: "spec.yaml", folder: this.folder, text: spec }],
      empty: false
    })
  }

  private async connection() {
    const server = await this.server
    return { baseUrl: server.url, key: server.started.directory.teamKeys.read("local")! }
  }

  private async load(): Promise<void> {
    const { baseUrl, key } = await this.connection()
    const headers = { authorization: `Key ${key}`, "content-type": "application/json" }
    for (let sent = 0; this.isLoading; sent++) {
      const path = sent % 2 === 0 ? "fal.run/local/llm" : "queue.fal.run/local/llm"
      // An answer that is an error is what the trials are about; one that never comes ends with the sandbox.
      void fetch(`${baseUrl}/${path}`, { method: "POST", headers, body: "{}" }).then(
        (answer) => answer.text(),
        () => ""
      )
      await pause((-Math.log(1 - this.random.uniform(40, sent, 0)) * gapMs) / speed)
    }
  }

  private async recovered(id: string): Promise<RolloutReport> {
    const connection = await this.connection()
    for (;;) {
      const query = { wait: "finished" } as const
      const report = await Effect.runPromise(call(connection, Api.rolloutReport, { params: { rollout: id }, query }))
      if (report.capacity.recoveryMs !== null) return report
      await pause(10)
    }
  }

  /** Predicted and begun at one instant: a request more would be another moment of a clock that is so fast. */
  private async rollOut(mode: Way): Promise<readonly [DryRun.DryRun, RolloutReport]> {
    const server = await this.server
    const services = Context.make(Kernel, server.get(Kernel)).pipe(
      Context.add(Apps, server.get(Apps)),
      Context.add(RequestLedger, server.get(RequestLedger)),
      Context.add(Rollouts, server.get(Rollouts))
    )
    const { force, order } = ways[mode]
    const request = { app: "llm", ...(order === null ? { force } : { order }) }
    const run = Effect.runSyncWith(services)
    const [moment, summary] = server
      .get(Kernel)
      .world.input(() => [run(DryRuns.moment(owner, request)), run(RolloutControl.rollout(owner, request))])
    const predicted = await Effect.runPromise(DryRuns.forks(moment, request))
    return [predicted, await this.recovered(summary.id)]
  }

  /** So many rollouts, now this way and now that; what was predicted of each and what it was. */
  async run(count: number, onTrial: (done: number) => void = () => {}): Promise<ReadonlyArray<Trial>> {
    const loading = this.load()
    const trials: Array<Trial> = []
    for (let done = 0; done < count; done++) {
      await pause(betweenMs / speed)
      const mode = done % 2 === 0 ? "graceful" : "force"
      const [{ ways: found }, report] = await this.rollOut(mode)
      const [way] = found
      for (const measure of ["atStart", "drained", "errored", "retried"] as const) {
        const { high, low } = way!.inFlight[measure]
        trials.push({ mode, measure, low, high, happened: report.inFlight[measure] })
      }
      if (way!.recoveryMs !== null) {
        const { high, low } = way!.recoveryMs
        trials.push({ mode, measure: "recoveryMs", low, high, happened: report.capacity.recoveryMs! })
      }
      onTrial(done + 1)
    }
    this.isLoading = false
    await loading
    return trials
  }

  /** All runners that the app always has. */
  async serve(): Promise<void> {
    const connection = await this.connection()
    for (;;) {
      const asked = { params: { app: "llm" }, query: {} }
      const { runners } = await Effect.runPromise(call(connection, Api.appRunners, asked))
      if (runners.filter(({ state }) => state === "IDLE").length === 4) return
      await pause(10)
    }
  }

  /** What each way would do now if requests came after these gaps. */
  async foreseen(arrivals: NonNullable<Shapes.DryRunCommand["arrivals"]>): Promise<Shapes.DryRun> {
    const connection = await this.connection()
    const asked = { params: { app: "llm" }, query: {}, body: { arrivals } }
    return Effect.runPromise(call(connection, Api.dryRun, asked))
  }

  async stop(): Promise<void> {
    this.isLoading = false
    await (await this.server).stop()
    rmSync(this.folder, { recursive: true })
  }
}
