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

/** The app that is rolled out, and how often a request comes, in Fleet time. */
export interface TriedApp {
  readonly runners: number
  readonly service: string
  readonly gapMs: number
}

/** A rollout of the small one meets a handful of requests; of the large one so many that a count is nearly continuous. */
export const apps = {
  small: { runners: 4, service: "{ lognormal: { p50: 15s, p99: 60s } }", gapMs: 4000 },
  large: { runners: 40, service: "{ lognormal: { p50: 40s, p99: 160s } }", gapMs: 750 }
} satisfies Record<string, TriedApp>

const specOf = ({ runners, service }: TriedApp, seed: number): string => `
app: { name: llm, machine_type: GPU-H100, max_multiplexing: 2, termination_grace_period: 30s }
scaling: { min_concurrency: ${runners}, max_concurrency: ${runners}, keep_alive: 600s }
runner:
  scheduling: { uniform: { min: 2s, max: 6s } }
  docker_pull: { uniform: { min: 1s, max: 4s } }
  setup: { uniform: { min: 10s, max: 25s } }
  teardown: 1s
  service: ${service}
run: { seed: ${seed} }
`

const owner = { team: "local", scope: "ADMIN", keyId: "trials" } as const
const speed = 50
/** In Fleet time: how long it is waited until the next rollout. */
const betweenMs = 60_000

/** A number that was predicted of a rollout, and what it was. */
export interface Trial {
  readonly mode: Way
  readonly measure: string
  readonly low: number
  readonly high: number
  readonly forks: number
  readonly happened: number
}

export const isCovered = ({ happened, high, low }: Trial): boolean => happened >= low - 1e-9 && happened <= high + 1e-9

/** Nothing else can happen: it is a fact at the moment of the dry run. */
export const isSure = ({ high, low }: Trial): boolean => low === high

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A sandbox under steady load whose rollouts are predicted at the moment when they are begun. */
export class DryRunTrials {
  readonly folder = mkdtempSync(join(tmpdir(), "ebb-dry-"))
  private readonly server: Promise<Server>
  private readonly random: Random.Random
  private readonly app: TriedApp
  private isLoading = true

  constructor(seed: number, app: TriedApp = apps.small) {
    this.app = app
    this.random = Random.make(seed)
    this.server = Server.start({
      data: this.folder,
      speed,
      allowProcesses: false,
      ...onLoopback,
      page: () => null,
      specs: [{ file: "spec.yaml", folder: this.folder, text: specOf(app, seed) }],
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
      await pause((-Math.log(1 - this.random.uniform(40, sent, 0)) * this.app.gapMs) / speed)
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

  /**
   * Predicted of the instant at which it is begun: a request more would be another moment of a clock that is so fast. The
   * forks come afterwards: they would slow the sandbox down.
   */
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
    const [complete, summary] = server
      .get(Kernel)
      .world.input(() => [run(DryRuns.moment(owner, request)), run(RolloutControl.rollout(owner, request))])
    const moment = complete()
    const report = await this.recovered(summary.id)
    return [await Effect.runPromise(DryRuns.forks(await moment, request)), report]
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
        const { high, low, n: forks } = way!.inFlight[measure]
        trials.push({ mode, measure, low, high, forks, happened: report.inFlight[measure] })
      }
      if (way!.recoveryMs !== null) {
        const { high, low, n: forks } = way!.recoveryMs
        trials.push({ mode, measure: "recoveryMs", low, high, forks, happened: report.capacity.recoveryMs! })
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
      if (runners.filter(({ state }) => state === "IDLE").length === this.app.runners) return
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
