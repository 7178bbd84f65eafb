import { DateReader } from "@ebb/rows/Time"
import type { Finding } from "../learn/Finding.ts"
import { sampleOf } from "../learn/Sample.ts"
import { stage } from "../learn/Stage.ts"
import { at, listAt, textAt } from "../learn/Json.ts"
import type { Manifest } from "./Manifest.ts"

/** When what happened to a pod, in milliseconds since 1970; NaN where it did not. */
const momentsOf = (pod: Manifest) => {
  const dates = new DateReader()
  const condition = (type: string): number => {
    const found = listAt(pod, "status", "conditions").find(
      (each) => textAt(each, "type") === type && textAt(each, "status") === "True"
    )
    return dates.read(at(found, "lastTransitionTime"))
  }
  const starts = listAt(pod, "status", "containerStatuses").map((status) =>
    dates.read(at(status, "state", "running", "startedAt"))
  )
  return {
    created: dates.read(at(pod, "metadata", "creationTimestamp")),
    scheduled: condition("PodScheduled"),
    initialized: condition("Initialized"),
    started: starts.length === 0 ? NaN : Math.max(...starts),
    ready: condition("Ready")
  }
}

/** A pod that was not ready all along became it again: how long its start took is not to be told from it. */
const restarts = (pod: Manifest): boolean =>
  listAt(pod, "status", "containerStatuses").some((status) => Number(at(status, "restartCount") ?? 0) > 0)

/** The stages of a cold start, from the conditions of pods; Kubernetes notes them to the second. */
export const stages = (pods: ReadonlyArray<Manifest>, source: string): ReadonlyArray<Finding> => {
  const moments = pods.filter((pod) => !restarts(pod)).map(momentsOf)
  const between = (from: keyof ReturnType<typeof momentsOf>, to: keyof ReturnType<typeof momentsOf>) =>
    sampleOf(moments.map((moment) => moment[to] - moment[from]).filter((ms) => ms >= 0))
  const found = [
    stage("runner.scheduling", between("created", "scheduled"), {
      source,
      sure: "coarse",
      note: "created to PodScheduled, to the second"
    }),
    stage("runner.docker_pull", between("initialized", "started"), {
      source,
      sure: "coarse",
      note: "Initialized to the container's start, to the second"
    }),
    stage("runner.setup", between("started", "ready"), {
      source,
      sure: "coarse",
      note: "the container's start to Ready, to the second"
    })
  ]
  return found.filter((finding): finding is Finding => finding !== null)
}
