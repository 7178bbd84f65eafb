import type { Evidence } from "../learn/Evidence.ts"
import type { Finding, Missing } from "../learn/Finding.ts"
import { at, listAt, numberAt, textAt } from "../learn/Json.ts"
import { yamlText } from "../learn/Values.ts"
import type { Manifest } from "./Manifest.ts"
import { stages } from "./FromPods.ts"

const workloads = ["Deployment", "StatefulSet", "ReplicaSet", "InferenceService", "Rollout"]

const template = (object: Manifest): unknown =>
  at(object, "spec", "template", "spec") ?? at(object, "spec", "predictor")

const found = (source: string, path: string, value: string | null, note: string): ReadonlyArray<Finding> =>
  value === null ? [] : [{ path, value, from: source, n: 1, sure: "measured", note }]

/** A number as a spec writes it; what is no number as it stands there, for the reader of the spec to refuse. */
const amount = (value: unknown, unit = ""): string | null => {
  if (value === undefined || value === null) return null
  const number = numberAt(value)
  return number === null ? JSON.stringify(value) : `${number}${unit}`
}

/** As `amount`; 0 stands for no limit, or for none. */
const some = (value: unknown): string | null => (numberAt(value) === 0 ? null : amount(value))

const containers = (object: Manifest): ReadonlyArray<unknown> => [
  ...listAt(template(object), "containers"),
  ...[at(template(object), "model")].filter((model) => model !== undefined)
]

/** How many sequences vLLM works on at a time, as its command line says. */
const sequences = (container: unknown): string | null => {
  const words = [...listAt(container, "command"), ...listAt(container, "args")]
    .map(String)
    .flatMap((word) => word.split(/[\s=]+/u))
  const place = words.indexOf("--max-num-seqs")
  return place < 0 ? null : amount(words[place + 1])
}

/** A start-up probe gives a container so long. */
const startupSeconds = (container: unknown): string | null => {
  const probe = at(container, "startupProbe")
  if (probe === undefined) return null
  const given = (key: string, otherwise: number): number => Number(at(probe, key) ?? otherwise)
  return `${given("initialDelaySeconds", 0) + given("failureThreshold", 3) * given("periodSeconds", 10)}s`
}

/** What a Deployment may have more, and fewer, pods than it should have where it does not say (Kubernetes, Deployment). */
const rollingDefault = "25%"

/** A number of pods, given as such or as a share of them. */
const podsOf = (value: unknown, replicas: number, round: (value: number) => number): number => {
  const share = /^(\d+)%$/u.exec(String(value))?.[1]
  return share === undefined ? Number(value) : round((replicas * Number(share)) / 100)
}

/** Which comes first when pods are replaced; null where both at once are allowed, and of what has no such order. */
const orderOf = (object: Manifest): string | null => {
  const kind = textAt(object, "kind")
  if (kind === "StatefulSet") return "stop_first"
  if (kind !== "Deployment") return null
  if (textAt(object, "spec", "strategy", "type") === "Recreate") return "stop_first"
  const update = at(object, "spec", "strategy", "rollingUpdate")
  const replicas = numberAt(object, "spec", "replicas") ?? 1
  // Where both come to 0, one pod may be unavailable all the same.
  if (podsOf(at(update, "maxSurge") ?? rollingDefault, replicas, Math.ceil) === 0) return "stop_first"
  return podsOf(at(update, "maxUnavailable") ?? rollingDefault, replicas, Math.floor) === 0 ? "replace_first" : null
}

/** Kubernetes gives so long where nothing is said. */
const graceSeconds = 30

const ofWorkload = (object: Manifest, source: string): ReadonlyArray<Finding> => {
  const [kind, name] = [textAt(object, "kind")!, textAt(object, "metadata", "name")]
  const grace = amount(at(template(object), "terminationGracePeriodSeconds"), "s")
  const graceNote = grace === null ? `${kind} says nothing: Kubernetes' default` : "terminationGracePeriodSeconds"
  const replicas = at(object, "spec", "replicas")
  const minimum = at(object, "spec", "predictor", "minReplicas") ?? replicas
  const maximum = at(object, "spec", "predictor", "maxReplicas") ?? replicas
  const atATime = at(object, "spec", "predictor", "containerConcurrency")
  return [
    ...found(source, "app.name", name === null ? null : yamlText(name), `${kind}, metadata.name`),
    ...found(source, "app.termination_grace_period", grace ?? `${graceSeconds}s`, graceNote),
    ...found(
      source,
      "app.rollout_order",
      orderOf(object),
      "strategy: which of maxSurge and maxUnavailable comes to 0; 25 % each where nothing is said"
    ),
    ...found(source, "app.max_multiplexing", some(atATime), "containerConcurrency"),
    ...containers(object).flatMap((container) => ofContainer(container, source)),
    ...found(source, "scaling.min_concurrency", amount(minimum), `replicas of ${kind}`),
    ...found(source, "scaling.max_concurrency", some(maximum), `replicas of ${kind}`)
  ]
}

const ofContainer = (container: unknown, source: string): ReadonlyArray<Finding> => [
  ...found(
    source,
    "app.num_gpus",
    some(at(container, "resources", "limits", "nvidia.com/gpu")),
    "resources.limits nvidia.com/gpu"
  ),
  ...found(source, "app.max_multiplexing", sequences(container), "--max-num-seqs"),
  ...found(source, "app.startup_timeout", startupSeconds(container), "startupProbe: failureThreshold × periodSeconds")
]

const ofScaler = (object: Manifest, source: string): ReadonlyArray<Finding> => {
  const isKeda = textAt(object, "kind") === "ScaledObject"
  const [least, most] = isKeda
    ? (["minReplicaCount", "maxReplicaCount"] as const)
    : (["minReplicas", "maxReplicas"] as const)
  // Both have defaults of their own.
  const minimum = at(object, "spec", least) ?? (isKeda ? 0 : 1)
  const maximum = at(object, "spec", most) ?? (isKeda ? 100 : null)
  return [
    ...found(source, "scaling.min_concurrency", amount(minimum), `${textAt(object, "kind")}, ${least}`),
    ...found(source, "scaling.max_concurrency", amount(maximum), `${textAt(object, "kind")}, ${most}`),
    ...found(
      source,
      "scaling.keep_alive",
      isKeda ? amount(at(object, "spec", "cooldownPeriod") ?? 300, "s") : null,
      "cooldownPeriod"
    )
  ]
}

/** What nothing of a spec holds, but a reader should know. */
const notesOf = (object: Manifest): ReadonlyArray<string> => {
  const kind = textAt(object, "kind")
  if (kind === "PodDisruptionBudget") {
    return ["a PodDisruptionBudget guards against evictions, not against rollouts: nothing is taken from it"]
  }
  return containers(object).flatMap((container) => {
    const hook = at(container, "lifecycle", "preStop")
    const sleep =
      numberAt(hook, "sleep", "seconds") ??
      numberAt(/sleep (\d+)/u.exec(listAt(hook, "exec", "command").join(" "))?.[1])
    if (hook === undefined) return []
    return [
      `preStop ${sleep === null ? "does something" : `sleeps ${sleep} s`}, which the grace period has to hold as well as the drain`
    ]
  })
}

const missing: ReadonlyArray<Missing> = [
  {
    path: "runner.setup",
    how: "give kubectl get pod -o json as well: the conditions of pods say how long their starts took"
  }
]

/** What manifests and pods say: scalers before the replicas of workloads. */
export const evidence = (objects: ReadonlyArray<Manifest>, source: string): Evidence => {
  const of = (...kinds: ReadonlyArray<string>) => objects.filter((object) => kinds.includes(textAt(object, "kind")!))
  const pods = of("Pod")
  const scalers = of("HorizontalPodAutoscaler", "ScaledObject")
  const kinds = [...new Set(objects.map((object) => textAt(object, "kind")!))]
  return {
    source,
    requests: null,
    findings: [
      ...scalers.flatMap((object) => ofScaler(object, source)),
      ...of(...workloads).flatMap((object) => ofWorkload(object, source)),
      ...stages(pods, source)
    ],
    missing: pods.length === 0 ? missing : [],
    notes: [`read as Kubernetes objects: ${kinds.join(", ")}`, ...objects.flatMap(notesOf)]
  }
}
