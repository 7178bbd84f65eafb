import { RunnerState } from "@ebb/core/tables/RunnerState"
import { Effect } from "effect"
import type { Context } from "hono"
import * as PastRequests from "../../control/PastRequests.ts"
import type { Principal } from "../../control/Principal.ts"
import { Rollouts } from "../../control/Rollouts.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"
import type { ListedRollout } from "../../store/RolloutStore.ts"
import { listOf, timeIn, wholeOf } from "./Query.ts"

/** What happened to an app, as the platform's API tells it. */
interface AppEvent {
  readonly category: "runner" | "deployment"
  readonly type: string
  readonly atMs: number
  readonly [detail: string]: string | number | null
}

/** What each state means to somebody who follows a runner. */
const eventTypes: Partial<Record<RunnerState, string>> = {
  [RunnerState.DOCKER_PULL]: "docker_pull_started",
  [RunnerState.SETUP]: "setup_started",
  [RunnerState.FAILURE_DELAY]: "runner_failed",
  [RunnerState.DRAINING]: "runner_draining",
  [RunnerState.TERMINATING]: "runner_terminating",
  [RunnerState.TERMINATED]: "runner_terminated"
}

const runnerEvents = (runner: LiveRunner): ReadonlyArray<AppEvent> => {
  const { beganAtMs, id, moments, readyAtMs } = runner
  const event = (type: string, atMs: number): AppEvent => ({ category: "runner", type, runner_id: id, atMs })
  return [
    ...(beganAtMs === null ? [] : [event("runner_scheduled", beganAtMs)]),
    ...(readyAtMs === null ? [] : [event("runner_ready", readyAtMs)]),
    ...moments.flatMap(({ atMs, state }) => {
      const type = eventTypes[state]
      return type === undefined ? [] : [event(type, atMs)]
    })
  ]
}

/** The platform's category for what an owner does to an app. */
const rolloutEvent = ({ summary: { id, mode, order, startedAt } }: ListedRollout): AppEvent => ({
  category: "deployment",
  type: "rollout_started",
  rollout_id: id,
  mode,
  order,
  atMs: Date.parse(startedAt)
})

const eventsMost = 1000

export const answer = Effect.fn("serverless.events")(function* (principal: Principal, c: Context) {
  const app = yield* PastRequests.endpointApp(principal, `${c.req.param("owner")}/${c.req.param("app")}`)
  const sinceMs = yield* timeIn(c, "since", 0)
  const untilMs = yield* timeIn(c, "until", Number.MAX_SAFE_INTEGER / 2)
  const page = yield* wholeOf(c, "page", { otherwise: 1, most: 1_000_000 })
  const size = yield* wholeOf(c, "size", { otherwise: 50, most: eventsMost })
  const categories = listOf(c, "categories")
  const isWanted = ({ category }: AppEvent): boolean => categories.length === 0 || categories.includes(category)
  const rollouts = (yield* Rollouts).list(app.team).filter(({ app: name, env }) => name === app.name && env === app.env)
  const all = [...(yield* PastRequests.runnersOf(app)).flatMap(runnerEvents), ...rollouts.map(rolloutEvent)]
    .filter(isWanted)
    .filter(({ atMs }) => atMs >= sinceMs && atMs < untilMs)
    .sort((a, b) => b.atMs - a.atMs)
  return {
    items: all
      .slice((page - 1) * size, page * size)
      .map(({ atMs, ...event }) => ({ ...event, timestamp: new Date(atMs).toISOString() })),
    page,
    size,
    total: all.length
  }
})
