import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as Endpoints from "@ebb/protocol/rest/Api"
import { call, type Connection, type Input } from "@ebb/protocol/rest/Client"
import type { Endpoint } from "@ebb/protocol/rest/Endpoint"
import type {
  DryRun,
  Fault,
  LogLine,
  NewKey,
  RevisionInfo,
  RolloutCommand,
  RolloutSummary,
  RunnerInfo,
  ScalePatch,
  Status,
  TeamInfo
} from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"

export type FaultName = (typeof Fault.Type)["do"]

/** The sandbox's REST API as the page uses it, for one team: the browser's cookie says who asks. Rejects with the API's errors. */
export class Api {
  readonly connection: Connection

  /** `team`: null for the personal one. */
  constructor(team: string | null) {
    this.connection = { baseUrl: location.origin, key: null, team }
  }

  private ask<Path extends string, Query, Body, Answer>(
    endpoint: Endpoint<Path, Query, Body, Answer>,
    input: Input<Path, Query, Body>
  ): Promise<Answer> {
    return Effect.runPromise(call(this.connection, endpoint, input))
  }

  status(): Promise<Status> {
    return this.ask(Endpoints.status, { params: {} })
  }

  async teams(): Promise<ReadonlyArray<TeamInfo>> {
    return (await this.ask(Endpoints.listTeams, { params: {} })).teams
  }

  async rollouts(): Promise<ReadonlyArray<RolloutSummary>> {
    return (await this.ask(Endpoints.listRollouts, { params: {} })).rollouts
  }

  report(rollout: string): Promise<RolloutReport> {
    return this.ask(Endpoints.rolloutReport, { params: { rollout } })
  }

  rollOut(app: string, how: typeof RolloutCommand.Type): Promise<RolloutSummary> {
    return this.ask(Endpoints.rollout, { params: { app }, body: how })
  }

  /** What each way of rolling out would do now. */
  dryRun(app: string): Promise<DryRun> {
    return this.ask(Endpoints.dryRun, { params: { app }, body: {} })
  }

  scale(app: string, patch: ScalePatch): Promise<unknown> {
    return this.ask(Endpoints.scale, { params: { app }, body: patch })
  }

  deploy(spec: string) {
    return this.ask(Endpoints.deploy, { params: {}, body: { spec } })
  }

  stop(runner: string, replaceFirst: boolean): Promise<unknown> {
    return this.ask(Endpoints.stopRunner, { params: { runner }, body: { replaceFirst } })
  }

  kill(runner: string): Promise<unknown> {
    return this.ask(Endpoints.killRunner, { params: { runner } })
  }

  faultRunner(runner: string, fault: typeof Fault.Type): Promise<unknown> {
    return this.ask(Endpoints.faultRunner, { params: { runner }, body: fault })
  }

  async logs(runner: string): Promise<ReadonlyArray<LogLine>> {
    return (await this.ask(Endpoints.runnerLogs, { params: { runner } })).logs
  }

  async runners(app: string): Promise<ReadonlyArray<RunnerInfo>> {
    return (await this.ask(Endpoints.appRunners, { params: { app } })).runners
  }

  async revisions(app: string): Promise<ReadonlyArray<RevisionInfo>> {
    return (await this.ask(Endpoints.listRevisions, { params: {}, query: { app } })).revisions
  }

  setRevision(app: string, revision: string): Promise<unknown> {
    return this.ask(Endpoints.setRevision, { params: { app }, body: { revision } })
  }

  createKey(description: string): Promise<NewKey> {
    return this.ask(Endpoints.createKey, { params: {}, body: { scope: "API", description } })
  }

  /** Also while the page is being left. */
  revokeKey(key: string): Promise<unknown> {
    return Effect.runPromise(call({ ...this.connection, keepalive: true }, Endpoints.revokeKey, { params: { key } }))
  }

  async flush(app: string): Promise<number> {
    return (await this.ask(Endpoints.flushQueue, { params: { app } })).flushed
  }

  deleteApp(app: string): Promise<unknown> {
    return this.ask(Endpoints.deleteApp, { params: { app } })
  }

  endFault(app: string, fault: string): Promise<unknown> {
    return this.ask(Endpoints.endFault, { params: { app, fault } })
  }

  faultApp(app: string, fault: typeof Fault.Type): Promise<unknown> {
    return this.ask(Endpoints.faultApp, { params: { app }, body: fault })
  }
}
