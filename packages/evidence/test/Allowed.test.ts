import { evidence } from "@ebb/evidence/kubernetes/FromManifests"
import * as Manifest from "@ebb/evidence/kubernetes/Manifest"
import { learn } from "@ebb/evidence/learn/Learn"
import * as SpecText from "@ebb/evidence/spec/SpecText"
import type { Finding } from "@ebb/evidence/learn/Finding"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import fc from "fast-check"
import { assert, describe, it } from "vitest"

const source = "kubernetes:app.yaml"

const learntFrom = (objects: ReadonlyArray<object>) =>
  learn([evidence(Manifest.parse(JSON.stringify({ kind: "List", items: objects })), source)])

const specOf = (learnt: ReturnType<typeof learn>) =>
  Spec.parse(SpecText.render(learnt, [source]), { file: "ebb.yaml", readFile: () => "" })

const pod = (rest: object, container: object) => ({ spec: { ...rest, containers: [container] } })

const missingOf = (objects: ReadonlyArray<object>, path: string): ReadonlyArray<string> => {
  const learnt = learntFrom(objects)
  assert.isTrue(Result.isSuccess(specOf(learnt)))
  return learnt.missing.filter((each) => each.path === path).map(({ how }) => how)
}

const deployment = (rest: object, container: object = {}, spec: object = {}) => ({
  kind: "Deployment",
  metadata: { name: "llm" },
  spec: { ...spec, template: pod(rest, container) }
})

describe("a value that a spec cannot have", () => {
  it.each([
    [
      "app.termination_grace_period",
      deployment({ terminationGracePeriodSeconds: 7200 }),
      `is 7200s in ${source} (terminationGracePeriodSeconds); in a spec it must be at most 1h`
    ],
    [
      "app.termination_grace_period",
      deployment({ terminationGracePeriodSeconds: -1 }),
      `is -1s in ${source} (terminationGracePeriodSeconds); in a spec it must be a duration of whole seconds such as 4s, 5m or 2h`
    ],
    [
      "app.termination_grace_period",
      deployment({ terminationGracePeriodSeconds: "abc" }),
      `is "abc" in ${source} (terminationGracePeriodSeconds); in a spec it must be a duration of whole seconds such as 4s, 5m or 2h`
    ],
    [
      "app.num_gpus",
      deployment({}, { resources: { limits: { "nvidia.com/gpu": "16" } } }),
      `is 16 in ${source} (resources.limits nvidia.com/gpu); in a spec it must be a whole number from 1 to 8`
    ],
    [
      "app.max_multiplexing",
      deployment({}, { args: ["--max-num-seqs=999999"] }),
      `is 999999 in ${source} (--max-num-seqs); in a spec it must be a whole number from 1 to 100000`
    ],
    [
      "app.startup_timeout",
      deployment({}, { startupProbe: { failureThreshold: 1e21 } }),
      `is 1e+22s in ${source} (startupProbe: failureThreshold × periodSeconds); in a spec it must be a duration of whole seconds such as 4s, 5m or 2h`
    ]
  ])("is missing, with why: %s", (path, object, how) => {
    assert.deepStrictEqual(missingOf([object], path), [how])
  })

  it("is more runners at least than at most: where both were measured, neither is taken", () => {
    const hpa = { kind: "HorizontalPodAutoscaler", spec: { minReplicas: 9, maxReplicas: 3 } }
    const how = `scaling.min_concurrency is 9 in ${source} (HorizontalPodAutoscaler, minReplicas), above scaling.max_concurrency, 3 in ${source} (HorizontalPodAutoscaler, maxReplicas); write what holds`
    for (const path of ["scaling.min_concurrency", "scaling.max_concurrency"])
      assert.deepStrictEqual(missingOf([hpa], path), [how])
  })

  it("is the default of the most runners where more are there at least: as many are allowed, and more is asked for", () => {
    const service = { kind: "InferenceService", metadata: { name: "a" }, spec: { predictor: { minReplicas: 5 } } }
    const { findings, missing } = learntFrom([service])
    assert.deepInclude(
      findings.find(({ path }) => path === "scaling.max_concurrency"),
      { value: "5", sure: "coarse", note: "as many as scaling.min_concurrency: at least so many are allowed" }
    )
    assert.deepInclude(missing, { path: "scaling.max_concurrency", how: "write how many runners there may be" })
  })

  it("of one source does not hide what another knows", () => {
    const told: Finding = { path: "app.num_gpus", value: "16", from: "a", n: 1, sure: "measured", note: "" }
    const from = (value: string) => ({
      source: "a",
      requests: null,
      findings: [{ ...told, value }],
      missing: [],
      notes: []
    })
    const { findings, missing } = learn([from("16"), from("4")])
    assert.strictEqual(findings.find(({ path }) => path === "app.num_gpus")!.value, "4")
    assert.notInclude(
      missing.map(({ path }) => path),
      "app.num_gpus"
    )
  })
})

it("a name that YAML would read as something else stays a name", () => {
  for (const name of ["123", "1e5", "true", "null", "0x1f"]) {
    const spec = Result.getOrThrow(specOf(learntFrom([{ ...deployment({}), metadata: { name } }])))
    assert.strictEqual(spec.app.name, name)
  }
})

describe("whatever manifests say", () => {
  const number = fc.oneof(
    { arbitrary: fc.integer({ min: -2, max: 12 }), weight: 4 },
    { arbitrary: fc.integer(), weight: 1 },
    { arbitrary: fc.double({ noNaN: true }), weight: 1 },
    { arbitrary: fc.constantFrom<unknown>("abc", "7", "", null, [], {}, true, "25%", 1e21), weight: 1 }
  )
  const word = fc.oneof(fc.constantFrom("123", "a b", "null", "- a", "{", "*a", "# a", "llm", "a: b"), fc.string())
  const some = <Fields extends Readonly<Record<string, fc.Arbitrary<unknown>>>>(fields: Fields) =>
    fc.record(fields, { requiredKeys: [] })
  const container = some({
    args: fc.array(
      fc.oneof(
        fc.constant("--max-num-seqs"),
        fc.tuple(word, number).map(([, n]) => `--max-num-seqs=${n}`),
        word
      )
    ),
    resources: some({ limits: some({ "nvidia.com/gpu": number }) }),
    startupProbe: some({ initialDelaySeconds: number, failureThreshold: number, periodSeconds: number })
  })
  const inner = { containers: fc.array(container, { maxLength: 2 }), terminationGracePeriodSeconds: number }
  const object = fc.record({
    kind: fc.constantFrom("Deployment", "StatefulSet", "InferenceService", "HorizontalPodAutoscaler", "ScaledObject"),
    metadata: some({ name: word }),
    spec: some({
      replicas: number,
      minReplicas: number,
      maxReplicas: number,
      minReplicaCount: number,
      maxReplicaCount: number,
      cooldownPeriod: number,
      strategy: some({ rollingUpdate: some({ maxSurge: number, maxUnavailable: number }) }),
      template: some({ spec: some(inner) }),
      predictor: some({ ...inner, minReplicas: number, maxReplicas: number, containerConcurrency: number })
    })
  })

  it("the spec that is written can be read", () => {
    const refused = (objects: ReadonlyArray<object>): string =>
      Result.match(specOf(learntFrom(objects)), { onFailure: ({ message }) => message, onSuccess: () => "" })
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 3 }), (objects) => {
        assert.strictEqual(refused(objects), "")
      }),
      { numRuns: 300 }
    )
  })
})
