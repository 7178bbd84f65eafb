import * as EventFeed from "@ebb/protocol/live/EventFeed"
import type { Message } from "@ebb/protocol/rest/Events"
import type { TeamInfo } from "@ebb/protocol/rest/Shapes"
import { Api } from "./Api.ts"
import { forgetErrors } from "./Hooks.ts"
import { Boards } from "@ebb/protocol/live/Board"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { Reports } from "./Reports.ts"
import { Effect } from "effect"

const reportEveryMs = 500
const gapsEveryMs = 500

/** How the page stands with the sandbox. `refused`: nobody is signed in here. */
export type Link = "connecting" | "live" | "lost" | "refused"

/** All that the page knows; whoever listens is told once a frame that it changed. */
export class Store {
  readonly api: Api
  readonly boards = new Boards()
  link: Link = "connecting"
  teams: ReadonlyArray<TeamInfo> = []
  /** Milliseconds of the Fleet for each of the wall; null until the sandbox has said it. */
  speed: number | null = null
  private readonly reports = new Reports((id) => this.readReport(id))
  private readonly listeners = new Set<() => void>()
  private frame: number | null = null
  private asking: ReturnType<typeof setTimeout> | null = null

  constructor(team: string | null) {
    this.api = new Api(team)
  }

  /** Follows the event stream until the sandbox refuses. */
  start(): void {
    const following = EventFeed.follow({
      connect: Effect.succeed(this.api.connection),
      query: {},
      isPatient: true,
      reached: () => this.setLink("live"),
      message: (message) => Effect.sync(() => this.fold(message)),
      lost: Effect.sync(() => this.setLink("lost"))
    })
    setInterval(() => {
      if (this.boards.closeGaps(Date.now())) this.changed()
    }, gapsEveryMs)
    Effect.runFork(Effect.catch(following, () => Effect.sync(() => this.setLink("refused"))))
  }

  private fold(message: Message): void {
    const { isSnapshot } = this.boards.fold(message, Date.now())
    if (isSnapshot) void this.askAround()
    this.askStale()
    this.changed()
  }

  private setLink(link: Link): void {
    if (this.link === link) return
    if (this.link === "live") this.boards.breakOff(Date.now())
    if (this.link === "lost" && link === "live") forgetErrors()
    this.link = link
    this.changed()
  }

  /** What the event stream does not tell: the teams, the clock's speed and the rollouts that are over. */
  private async askAround(): Promise<void> {
    const { api, boards } = this
    const [{ speed }, teams, rollouts] = await Promise.all([api.status(), api.teams(), api.rollouts()])
    this.speed = speed
    this.teams = teams
    boards.takeRollouts(rollouts)
    this.changed()
  }

  /** Which runners were cut is in the report of their rollout: it is read when one of them has ended. */
  private askStale(): void {
    const { stale } = this.boards.drains
    if (stale.size === 0 || this.asking !== null) return
    this.asking = setTimeout(() => {
      this.asking = null
      this.reports.ask(stale)
      stale.clear()
    }, reportEveryMs)
  }

  /** Rollouts of which some runners may have ended before this page was open. */
  wantReports(ids: ReadonlyArray<string>): void {
    this.reports.want(ids)
  }

  /** Reads what a rollout did to its runners; one that cannot be had stays as it was seen. */
  private async readReport(id: string): Promise<void> {
    const report = await this.api.report(id).catch(() => null)
    if (report !== null) this.takeReport(report)
  }

  /** What a rollout did to its runners, for the bars of all views. */
  takeReport(report: RolloutReport): void {
    const summary = this.boards.rollouts.get(report.id)
    if (summary === undefined || this.speed === null) return
    this.boards.drains.takeReport(summary, report, this.speed)
    this.changed()
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  private changed(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null
      for (const listener of this.listeners) listener()
    })
  }
}
