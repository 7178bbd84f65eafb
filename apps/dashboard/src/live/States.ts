import type { RunnerView } from "@ebb/protocol/rest/Events"

/** How a cell of the grid is drawn. */
export type Pattern = "empty" | "dots" | "lines" | "plain" | "full" | "stripes" | "hatch" | "cross" | "corner"

/** A state of a runner as the grid shows it. */
export interface Look {
  readonly name: string
  /** What a runner in it does. */
  readonly meaning: string
  readonly pattern: Pattern
  /** The custom property with its colour. */
  readonly colour: string
}

const looks = {
  PENDING: { name: "PENDING", meaning: "waits for a machine", pattern: "empty", colour: "--state-starting" },
  DOCKER_PULL: { name: "DOCKER_PULL", meaning: "loads its image", pattern: "dots", colour: "--state-starting" },
  SETUP: { name: "SETUP", meaning: "starts", pattern: "lines", colour: "--state-starting" },
  IDLE: { name: "IDLE", meaning: "ready, nothing to do", pattern: "plain", colour: "--state-idle" },
  RUNNING: { name: "RUNNING", meaning: "works", pattern: "full", colour: "--state-running" },
  MARKED: {
    name: "to be replaced",
    meaning: "works until its replacement serves",
    pattern: "corner",
    colour: "--state-running"
  },
  DRAINING: { name: "DRAINING", meaning: "finishes what is in flight", pattern: "stripes", colour: "--state-draining" },
  TERMINATING: { name: "TERMINATING", meaning: "shuts down", pattern: "hatch", colour: "--state-ending" },
  CRASH_BACKOFF: {
    name: "CRASH_BACKOFF",
    meaning: "waits after failed starts",
    pattern: "cross",
    colour: "--state-failed"
  }
} as const satisfies Record<string, Look>

export type LookName = keyof typeof looks

/** All looks, in the order of a runner's life. */
export const lookNames: ReadonlyArray<LookName> = [
  "PENDING",
  "DOCKER_PULL",
  "SETUP",
  "IDLE",
  "RUNNING",
  "MARKED",
  "DRAINING",
  "TERMINATING",
  "CRASH_BACKOFF"
]

export const look = (name: LookName): Look => looks[name]

/** How a runner is shown: one that only waits for its replacement is told apart. */
export const lookOf = ({ marked, state }: Pick<RunnerView, "marked" | "state">): LookName => {
  if (marked && (state === "IDLE" || state === "RUNNING")) return "MARKED"
  return state === "TERMINATED" || state === "DEAD" ? "TERMINATING" : state
}
