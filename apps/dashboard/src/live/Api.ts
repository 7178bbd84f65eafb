import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { AppInfo, Fault, RolloutSummary, ScalePatch, Status, TeamInfo } from "@ebb/protocol/rest/Shapes"

/** The sandbox refused, with the sentence it gave; status 0: nobody answered. */
export class Refusal extends Error {
  override readonly name = "Refusal"
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

const detailOf = (text: string, status: number): string => {
  try {
    const { detail } = JSON.parse(text)
    return typeof detail === "string" ? detail : `HTTP ${status}`
  } catch {
    return `HTTP ${status}`
  }
}

/** Which restart of its runners is asked for. */
export interface RolloutOrdered {
  readonly force?: boolean
  readonly order?: "stop_first" | "replace_first"
}

export type FaultName = (typeof Fault.Type)["do"]

const part = encodeURIComponent

/** The sandbox's REST API as the page uses it, for one team: the browser's cookie says who asks. */
export class Api {
  /** Null: the personal team. */
  readonly team: string | null

  constructor(team: string | null) {
    this.team = team
  }

  private async ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const headers = new Headers(this.team === null ? {} : { "x-ebb-team": this.team })
    if (body !== undefined) headers.set("content-type", "application/json")
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const response = await fetch(path, init).catch(() => {
      throw new Refusal(0, "The sandbox does not answer")
    })
    const text = await response.text()
    if (!response.ok) throw new Refusal(response.status, detailOf(text, response.status))
    return JSON.parse(text)
  }

  /** Where the events come from. */
  get events(): string {
    return this.team === null ? "/v1/events" : `/v1/events?team=${part(this.team)}`
  }

  status(): Promise<Status> {
    return this.ask("GET", "/v1/status")
  }

  teams(): Promise<{ readonly teams: ReadonlyArray<TeamInfo> }> {
    return this.ask("GET", "/v1/teams")
  }

  rollouts(): Promise<{ readonly rollouts: ReadonlyArray<RolloutSummary> }> {
    return this.ask("GET", "/v1/rollouts")
  }

  report(rollout: string): Promise<RolloutReport> {
    return this.ask("GET", `/v1/rollouts/${part(rollout)}`)
  }

  rollOut(app: string, how: RolloutOrdered): Promise<RolloutSummary> {
    return this.ask("POST", `/v1/apps/${part(app)}/rollouts`, how)
  }

  scale(app: string, patch: ScalePatch): Promise<unknown> {
    return this.ask("PATCH", `/v1/apps/${part(app)}/scaling`, patch)
  }

  deploy(spec: string): Promise<{ readonly app: AppInfo; readonly revision: string }> {
    return this.ask("POST", "/v1/apps", { spec })
  }

  stop(runner: string, replaceFirst: boolean): Promise<unknown> {
    return this.ask("POST", `/v1/runners/${part(runner)}/stop`, { replaceFirst })
  }

  kill(runner: string): Promise<unknown> {
    return this.ask("POST", `/v1/runners/${part(runner)}/kill`)
  }

  faultRunner(runner: string, fault: typeof Fault.Type): Promise<unknown> {
    return this.ask("POST", `/v1/runners/${part(runner)}/faults`, fault)
  }

  faultApp(app: string, fault: typeof Fault.Type): Promise<unknown> {
    return this.ask("POST", `/v1/apps/${part(app)}/faults`, fault)
  }
}
