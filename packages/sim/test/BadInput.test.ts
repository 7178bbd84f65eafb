import * as Assertion from "@ebb/sim/report/Assertion"
import * as Presets from "@ebb/sim/spec/Presets"
import { seedMost, seedsMost } from "@ebb/sim/spec/Seeds"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readFile, refusal, setup } from "./Refusals.ts"

describe("a mistake in a spec is one line: file, line, field, and what would be right", () => {
  it("a key that is not known", () => {
    expect(refusal("app:\n  nmae: llm\n")).toMatchInlineSnapshot(
      `"ebb.yaml:2: app.nmae: is not known here; did you mean name?"`
    )
    expect(refusal("scaling:\n  min_concurrency: 1\n  keepalive: 60s\n")).toMatchInlineSnapshot(
      `"ebb.yaml:3: scaling.keepalive: is not known here; did you mean keep_alive?"`
    )
    expect(refusal("rollout:\n  - at: 20m\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: rollout: is not known here; did you mean rollouts?"`
    )
    expect(refusal("bananas: 1\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: bananas: is not known here; known are app, scaling, capacity, prices, runner, traffic, faults, rollouts, run, plan"`
    )
    expect(refusal('{\n  "run": {\n    "seed": 1,\n    "modus": ["none"]\n  }\n}')).toMatchInlineSnapshot(
      `"ebb.yaml:4: run.modus: is not known here; did you mean modes?"`
    )
  })

  it("a part that is left empty, which an assignment fills", () => {
    const set = (text: string, ...set: ReadonlyArray<string>) => Spec.parse(text, { file: "ebb.yaml", readFile, set })
    expect(Result.getOrThrow(set("run:\n", "run.seeds=7")).run.seeds).toBe(7)
    expect(Result.getOrThrow(set("null\n", "run.seeds=7")).run.seeds).toBe(7)
    expect(
      Result.getOrThrow(set("traffic:\n", "traffic[0]={kind: direct, arrivals: {poisson: 1/s}}")).traffic
    ).toHaveLength(1)
    const refused = Result.match(set("[]\n", "run.seeds=7"), { onFailure: String, onSuccess: () => "accepted" })
    expect(refused).toContain("the spec has no entry run; it is an empty list")
  })

  it("a duration", () => {
    expect(refusal("run:\n  for: -5m\n")).toMatchInlineSnapshot(
      `"ebb.yaml:2: run.for: must be a duration such as 250ms, 4s, 5m or 2h, got -5m"`
    )
    expect(refusal("run: { for: 60 }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: run.for: must be a duration such as 250ms, 4s, 5m or 2h, got 60"`
    )
    expect(refusal("run: { for: 1 hour }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: run.for: must be a duration such as 250ms, 4s, 5m or 2h, got 1 hour"`
    )
    expect(refusal("run:\n  for: |\n    4s\n    5s\n")).toMatchInlineSnapshot(
      `"ebb.yaml:2: run.for: must be a duration such as 250ms, 4s, 5m or 2h, got 4s 5s "`
    )
    expect(refusal("run: { for: 0s }\n")).toMatchInlineSnapshot(`"ebb.yaml:1: run.for: must be more than 0s"`)
    expect(refusal("run: { for: 1h, warmup: 90m }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: run.warmup: must be shorter than run.for (1h)"`
    )
  })

  it("a setting of the platform", () => {
    expect(refusal("scaling: { keep_alive: soon }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: scaling.keep_alive: must be a duration of whole seconds such as 4s, 5m or 2h, got soon"`
    )
    expect(refusal("scaling: { keep_alive: 1.5s }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: scaling.keep_alive: must be whole seconds, as on the platform, got 1.5s"`
    )
    expect(refusal("app:\n  termination_grace_period: 500ms\n")).toMatchInlineSnapshot(
      `"ebb.yaml:2: app.termination_grace_period: must be whole seconds, as on the platform, got 500ms"`
    )
    expect(refusal("app:\n  termination_grace_period: 2h\n")).toMatchInlineSnapshot(
      `"ebb.yaml:2: app.termination_grace_period: must be at most 1h, got 2h"`
    )
    expect(refusal("app: { request_timeout: 0s }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: app.request_timeout: must be at least 1s, got 0s"`
    )
    expect(refusal("app: { machine_type: GPU-H10 }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: app.machine_type: must be one of XS, S, M, L, XL, GPU-A100, GPU-L40, GPU-H100, GPU-RTXPRO6000, GPU-H200, GPU-B200, GPU-B300, GPU-A6000, GPU-RTX4090, GPU-RTX5090, got GPU-H10; did you mean GPU-H100?"`
    )
    expect(refusal("app: { machine_type: S, machine_types: [M] }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: app.machine_types: is given beside machine_type; give one of the two"`
    )
    expect(refusal("app: { machine_types: [] }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: app.machine_types: is empty; at least one entry is needed"`
    )
    expect(refusal("app: { num_gpus: 9 }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: app.num_gpus: must be a whole number from 1 to 8, got 9"`
    )
    expect(refusal("app:\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: app: must be an object with name, env, auth, machine_type, machine_types, max_multiplexing, num_gpus, request_timeout, startup_timeout, termination_grace_period, rollout_order, secrets, health_check, retry_config, skip_retry_conditions, got nothing"`
    )
  })

  it("a minimum above its maximum", () => {
    expect(refusal("scaling:\n  min_concurrency: 5\n  max_concurrency: 3\n")).toMatchInlineSnapshot(
      `"ebb.yaml:3: scaling.max_concurrency: max_concurrency (3) must not be below min_concurrency (5)"`
    )
    expect(refusal("scaling:\n  min_concurrency: 5\n")).toMatchInlineSnapshot(
      `"ebb.yaml:2: scaling.min_concurrency: max_concurrency (2, the default) must not be below min_concurrency (5)"`
    )
    expect(refusal("scaling:\n  max_concurrency: 0\n")).toMatchInlineSnapshot(
      `"ebb.yaml:2: scaling.max_concurrency: must be a whole number from 1 to 100000, got 0"`
    )
    expect(setup("{ uniform: { min: 5s, max: 1s } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.uniform: must have max at least min, got 1s below 5s"`
    )
  })

  it("a rollout outside the run", () => {
    expect(refusal("rollouts:\n  - at: 2m\nrun: { warmup: 5m }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:2: rollouts[0].at: must lie from run.warmup (5m) on and before run.for (1h), got 2m"`
    )
    expect(refusal("rollouts:\n  - at: 20m\n  - at: 60m\nrun: { for: 60m }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:3: rollouts[1].at: must lie from run.warmup (5m) on and before run.for (1h), got 60m"`
    )
    expect(refusal("rollouts: [{ at: 20m, mode: none }]\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: rollouts[0].mode: must be one of graceful, replace, force, got none"`
    )
    expect(refusal("rollouts: [{}]\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: rollouts[0].at: is missing; it must be a duration such as 250ms, 4s, 5m or 2h"`
    )
    expect(refusal("rollouts: []\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: rollouts: is empty, so run.modes may only be [none]"`
    )
    expect(refusal("run: { modes: [gracefull] }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: run.modes[0]: must be one of none, graceful, replace, force, got gracefull; did you mean graceful?"`
    )
    expect(refusal("run: { seeds: 0 }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: run.seeds: must be a whole number from 1 to 1000, got 0"`
    )
    expect(refusal("run: { seed: 9007199254740991 }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: run.seed: must be a whole number from 0 to 9007199254739992, got 9007199254740991"`
    )
  })

  it("a seed that as many as there may be cannot follow, each another", () => {
    const last = seedMost + seedsMost - 1
    expect(new Set(Array.from({ length: seedsMost }, (_, at) => seedMost + at)).size).toBe(seedsMost)
    expect([Number.isSafeInteger(last), Number.isSafeInteger(last + 1)]).toEqual([true, false])
    expect(refusal(`run: { seed: ${seedMost} }\n`)).toBe("accepted")
    expect(refusal(`run: { seed: ${seedMost + 1} }\n`)).toContain("run.seed: must be a whole number from 0 to")
  })

  it("a fault, a machine or a price", () => {
    expect(refusal("faults: { hang: 2 }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: faults.hang: must be a probability from 0 to 1, got 2"`
    )
    expect(refusal("faults: { crash: 0s }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: faults.crash: must be longer than 0s: it is how long a runner lasts once it is ready"`
    )
    expect(refusal("faults: { plan: [{ at: 5m, runner: eldest, do: hang }] }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: faults.plan[0].runner: must be one of oldest, newest, all, or a whole number from 1 to 100000, got eldest; did you mean oldest?"`
    )
    expect(refusal("faults: { plan: [{ at: 5m, runner: 1, do: explode }] }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: faults.plan[0].do: must be one of crash, hang, slow, got explode"`
    )
    expect(refusal("faults: { plan: [{ at: 2h, runner: 1, do: hang }] }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: faults.plan[0].at: must lie before run.for (1h), got 2h"`
    )
    expect(refusal("capacity: { GPU-H10: 3 }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: capacity.GPU-H10: is no machine type; did you mean GPU-H100?"`
    )
    expect(refusal("prices: { GPU-H10: 3 }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: prices.GPU-H10: is no machine type; did you mean GPU-H100?"`
    )
    expect(refusal("prices: { GPU-H100: -1 }\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: prices.GPU-H100: must be a number from 0 to 1000000, got -1"`
    )
  })
})

describe("a text that is no spec", () => {
  it("is refused with its line", () => {
    expect(refusal("app: { name: x\n")).toMatchInlineSnapshot(
      `"ebb.yaml:2: Flow map in block collection must be sufficiently indented and end with a }"`
    )
    expect(refusal("app:\n\tname: x\n")).toMatchInlineSnapshot(`"ebb.yaml:2: Tabs are not allowed as indentation"`)
    expect(refusal("app:\n  name: x\n  name: y\n")).toMatchInlineSnapshot(
      `"ebb.yaml:3: name: is given twice; keep one of the two"`
    )
    expect(refusal("app: {}\n---\napp: {}\n")).toMatchInlineSnapshot(
      `"ebb.yaml:2: begins a second document; a spec is one"`
    )
    expect(refusal("app: *there\n")).toMatchInlineSnapshot(
      `"ebb.yaml: Unresolved alias (the anchor must be set before the alias): there"`
    )
    expect(refusal("- one\n- two\n")).toMatchInlineSnapshot(
      `"ebb.yaml:1: must be an object with app, scaling, capacity, prices, runner, traffic, faults, rollouts, run, plan, got ["one","two"]"`
    )
    expect(refusal("hello")).toMatchInlineSnapshot(
      `"ebb.yaml:1: must be an object with app, scaling, capacity, prices, runner, traffic, faults, rollouts, run, plan, got hello"`
    )
  })
})

describe("whatever stands in a spec", () => {
  const large = {
    app: {
      name: "a",
      machine_types: ["S"],
      health_check: { path: "/", timeout: "5s" },
      termination_grace_period: "9s"
    },
    scaling: { min_concurrency: 1, max_concurrency: 3 },
    capacity: { S: 3 },
    prices: { currency: "USD", S: 0.1 },
    runner: { docker_pull: { time: { lognormal: { p50: "4s", p99: "9s" } }, cached: 0.5 }, setup: "4s" },
    traffic: [
      {
        kind: { mixed: { queued: 0.5 } },
        arrivals: { trace: { file: "good.csv", timestamp: "T" } },
        service: { tokens: { generated: "n", first: "1s", each: "20ms" } },
        patience: { gamma: { mean: "9s", cv: 0.5 } }
      },
      { kind: "direct", arrivals: { bursts: { on: "1s", off: { exponential: { mean: "5s" } }, rate: "3/s" } } },
      { kind: "queued", arrivals: { daily: { low: "1/s", high: "2/s", period: "24h", peak_at: "14h" } } }
    ],
    faults: { crash: { pareto: { min: "1h", shape: 2 } }, plan: [{ at: "5m", runner: 1, do: "slow", for: "1m" }] },
    rollouts: [{ at: "20m", mode: "force" }],
    run: { for: "1h", warmup: "5m", seeds: 3, modes: ["graceful"] }
  }

  type Json = string | number | boolean | null | ReadonlyArray<Json> | { readonly [key: string]: Json }

  /** All places in a value, each as the function that puts something else there. */
  const places = (value: Json): ReadonlyArray<(other: Json) => Json> => {
    const inside =
      typeof value !== "object" || value === null
        ? []
        : Object.entries(value).flatMap(([key, inner]: [string, Json]) =>
            places(inner).map(
              (put) =>
                (other: Json): Json =>
                  Array.isArray(value) ? value.with(Number(key), put(other)) : { ...value, [key]: put(other) }
            )
          )
    return [(other) => other, ...inside]
  }

  const junk: fc.Arbitrary<Json> = fc.oneof(
    fc.constantFrom<Json>(
      null,
      "",
      "4s",
      "0s",
      "-4s",
      "2/s",
      "0/s",
      "queued",
      "good.csv",
      "n",
      0,
      -1,
      0.5,
      1e300,
      true
    ),
    fc.constantFrom<Json>(
      [],
      {},
      [{}],
      ["4s"],
      { file: "good.csv" },
      { exponential: { mean: "4s" } },
      { poisson: "2/s" }
    ),
    fc.string()
  )

  it("is taken or refused in one line that names the field; nothing is thrown", () => {
    const put = places(large)
    expect(Result.isSuccess(Spec.fromJson(large, { file: "spec", readFile }))).toBe(true)
    fc.assert(
      fc.property(fc.nat(put.length - 1), junk, (at, other) => {
        const parsed = Spec.fromJson(put[at]!(other), { file: "spec", readFile })
        if (Result.isSuccess(parsed)) return
        expect(parsed.failure.message).toMatch(/^(spec|good\.csv:\d+): .{10,}$/u)
        expect(parsed.failure.message.length).toBeLessThan(400)
      }),
      { numRuns: 1000, seed: 1 }
    )
  })
})

it("an editor that knows the JSON Schema of a spec finds the same mistakes", () => {
  const properties = (schema: unknown, ...path: ReadonlyArray<string>): unknown =>
    path.reduce((at, key) => (at as { readonly properties: Readonly<Record<string, unknown>> }).properties[key], schema)
  expect(Spec.jsonSchema()).toMatchObject({ additionalProperties: false, title: "ebb rehearsal" })
  expect(properties(Spec.jsonSchema(), "run", "for")).toMatchInlineSnapshot(`
    {
      "description": "a duration such as 250ms, 4s, 5m or 2h",
      "pattern": "^(\\d+(?:\\.\\d+)?)(ms|s|m|h)$",
      "type": "string",
    }
  `)
  expect(properties(Spec.jsonSchema(), "run", "seeds")).toMatchInlineSnapshot(`
    {
      "description": "a whole number from 1 to 1000",
      "maximum": 1000,
      "minimum": 1,
      "type": "integer",
    }
  `)
  expect(properties(Spec.jsonSchema(), "faults", "hang")).toMatchInlineSnapshot(`
    {
      "description": "a probability from 0 to 1",
      "maximum": 1,
      "minimum": 0,
      "type": "number",
    }
  `)
  expect(properties(Spec.jsonSchema(), "app", "rollout_order")).toMatchInlineSnapshot(`
    {
      "enum": [
        "stop_first",
        "replace_first",
      ],
      "type": "string",
    }
  `)
})

describe("--set", () => {
  const set = (assignment: string): string => refusal(Presets.presets.llm, [assignment])

  it("names the path that it cannot set", () => {
    expect(set("run.seeds")).toMatchInlineSnapshot(`"--set: run.seeds: must be PATH=VALUE, for example run.seeds=50"`)
    expect(set("run.seeds=[1")).toMatchInlineSnapshot(
      `"--set: run.seeds=[1: the value is not YAML: Flow sequence must end with a ]"`
    )
    expect(set("run.seedz=5")).toMatchInlineSnapshot(`"ebb.yaml:27: run.seedz: is not known here; did you mean seeds?"`)
    expect(set("run.seeds=many")).toMatchInlineSnapshot(
      `"ebb.yaml:31: run.seeds: must be a whole number from 1 to 1000, got many"`
    )
    expect(set("app.name.first=x")).toMatchInlineSnapshot(
      `"--set: app.name.first=x: app.name is a value and has no first"`
    )
    expect(set("traffic[9].kind=direct")).toMatchInlineSnapshot(
      `"--set: traffic[9].kind=direct: traffic has no entry 9; the last is traffic[1]"`
    )
    expect(set("traffic[x].kind=direct")).toMatchInlineSnapshot(
      `"--set: traffic[x].kind=direct: traffic has no entry x; the last is traffic[1]"`
    )
    expect(set("rollouts[0].at=99h")).toMatchInlineSnapshot(
      `"ebb.yaml:25: rollouts[0].at: must lie from run.warmup (5m) on and before run.for (1h), got 99h"`
    )
  })
})

describe("--assert", () => {
  const refused = (text: string): string =>
    Result.match(Assertion.parse(text), { onFailure: ({ message }) => message, onSuccess: () => "accepted" })

  it("that cannot be understood", () => {
    expect(refused("graceful.inFlight.errored = 0")).toMatchInlineSnapshot(
      `"--assert "graceful.inFlight.errored = 0": must be PATH OP NUMBER, for example "graceful.inFlight.errored == 0"; OP is == != <= >= < >"`
    )
    expect(refused("graceful.inFlight.errored == none")).toMatchInlineSnapshot(
      `"--assert "graceful.inFlight.errored == none": must be PATH OP NUMBER, for example "graceful.inFlight.errored == 0"; OP is == != <= >= < >"`
    )
    expect(refused("")).toMatchInlineSnapshot(
      `"--assert "": must be PATH OP NUMBER, for example "graceful.inFlight.errored == 0"; OP is == != <= >= < >"`
    )
  })
})
