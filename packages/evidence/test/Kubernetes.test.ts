import { evidence } from "@ebb/evidence/kubernetes/FromManifests"
import * as Manifest from "@ebb/evidence/kubernetes/Manifest"
import { assert, describe, it } from "vitest"

const learnt = (text: string) => {
  const found = evidence(Manifest.parse(text), "kubernetes:app.yaml")
  const values = new Map<string, string>()
  for (const { path, value } of found.findings) if (!values.has(path)) values.set(path, value)
  return { values: Object.fromEntries(values), notes: found.notes }
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: llm }
spec:
  replicas: 4
  strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  template:
    spec:
      terminationGracePeriodSeconds: 120
      containers:
        - name: vllm
          command: [vllm, serve, m, --max-num-seqs=64]
          resources: { limits: { nvidia.com/gpu: 2 } }
          startupProbe: { failureThreshold: 60, periodSeconds: 10 }
          lifecycle: { preStop: { exec: { command: [sh, -c, sleep 15] } } }
`

describe("Kubernetes manifests", () => {
  it("of a Deployment say grace, order, slots, GPUs, replicas and how long a start may take", () => {
    const { notes, values } = learnt(deployment)
    assert.deepStrictEqual(values, {
      "app.name": "llm",
      "app.termination_grace_period": "120s",
      "app.rollout_order": "replace_first",
      "app.num_gpus": "2",
      "app.max_multiplexing": "64",
      "app.startup_timeout": "600s",
      "scaling.min_concurrency": "4",
      "scaling.max_concurrency": "4"
    })
    assert.include(notes, "preStop sleeps 15 s, which the grace period has to hold as well as the drain")
  })

  it.each([
    ["Deployment", "{ replicas: 1 }", "replace_first"],
    ["Deployment", "{ replicas: 3 }", "replace_first"],
    ["Deployment", "{ replicas: 4 }", undefined],
    ["Deployment", "{ replicas: 2, strategy: { rollingUpdate: { maxSurge: 0 } } }", "stop_first"],
    ["Deployment", "{ replicas: 10, strategy: { rollingUpdate: { maxUnavailable: 5% } } }", "replace_first"],
    ["Deployment", "{ replicas: 10, strategy: { type: Recreate } }", "stop_first"],
    ["StatefulSet", "{ replicas: 3 }", "stop_first"]
  ])("of a %s with %s: what comes first is what Kubernetes would do", (kind, spec, order) => {
    assert.strictEqual(
      learnt(`kind: ${kind}\nmetadata: { name: a }\nspec: ${spec}\n`).values["app.rollout_order"],
      order
    )
  })

  it("of scalers go before the replicas", () => {
    const hpa = "kind: HorizontalPodAutoscaler\nspec: { minReplicas: 2, maxReplicas: 9 }"
    assert.deepInclude(learnt(`${deployment}---\n${hpa}\n`).values, {
      "scaling.min_concurrency": "2",
      "scaling.max_concurrency": "9"
    })
    const keda = "kind: ScaledObject\nspec: { maxReplicaCount: 12, cooldownPeriod: 120 }"
    assert.deepInclude(learnt(`${keda}\n---\n${deployment}`).values, {
      "scaling.min_concurrency": "0",
      "scaling.max_concurrency": "12",
      "scaling.keep_alive": "120s"
    })
  })

  it("that say nothing of the grace period have Kubernetes' own", () => {
    const { values } = learnt(
      "kind: List\nitems: [{ kind: Deployment, metadata: { name: a }, spec: { replicas: 1, template: { spec: { containers: [] } } } }]"
    )
    assert.strictEqual(values["app.termination_grace_period"], "30s")
  })

  it("as JSON of pods say how long the stages of their starts took, but for pods that began again", () => {
    const pod = (pullS: number, setupS: number, restartCount = 0) => {
      const time = (second: number): string =>
        new Date(Date.UTC(2026, 10, 28, 17, 0, second)).toISOString().replace(".000", "")
      const condition = (type: string, second: number) => ({ type, status: "True", lastTransitionTime: time(second) })
      return {
        kind: "Pod",
        metadata: { creationTimestamp: time(0) },
        status: {
          conditions: [
            condition("PodScheduled", 3),
            condition("Initialized", 3),
            condition("Ready", 3 + pullS + setupS)
          ],
          containerStatuses: [{ restartCount, state: { running: { startedAt: time(3 + pullS) } } }]
        }
      }
    }
    const text = JSON.stringify({ kind: "PodList", items: [pod(20, 45), pod(22, 50), pod(24, 55), pod(1, 900, 2)] })
    assert.deepStrictEqual(learnt(text).values, {
      "runner.scheduling": "3s",
      "runner.docker_pull": "22s",
      "runner.setup": "50s"
    })
  })

  it.each([
    ["a: [1", /^is not YAML: Flow sequence in block collection must be/],
    ["a: 1", /^has no Kubernetes object/],
    ['{"kind": "Pod", ', /^is no whole JSON object: it may be cut off$/]
  ])("are refused where they are none: %s", (text, problem) => {
    assert.throws(() => Manifest.parse(text), problem)
  })
})
