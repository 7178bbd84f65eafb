import { describe, expect, it } from "vitest"
import { refusal, source, arrivals, trace, service, setup } from "./Refusals.ts"

describe("a mistake in a choice is told by the member that was meant", () => {
  it("a distribution", () => {
    expect(setup("{ lognormall: { p50: 4s, p99: 9s } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.lognormall: is not known here; did you mean lognormal?"`
    )
    expect(setup("{ weibull: { shape: 2 } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.weibull: is not known here; known are exponential, uniform, lognormal, gamma, pareto, empirical"`
    )
    expect(setup("{ lognormal: { p50: 4s } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.lognormal.p99: is missing; it must be a duration such as 250ms, 4s, 5m or 2h"`
    )
    expect(setup("{ lognormal: { p50: 4s, p95: 9s } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.lognormal.p95: is not known here; did you mean p99?"`
    )
    expect(setup("{ lognormal: { p50: 4s, p99: 1s } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.lognormal: must have p99 at least p50, got 1s below 4s"`
    )
    expect(setup("{ lognormal: { p50: half, p99: 1s } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.lognormal.p50: must be a duration such as 250ms, 4s, 5m or 2h, got half"`
    )
    expect(setup("{ lognormal: { p50: 0s, p99: 1s } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.lognormal.p50: must be longer than 0s, got 0s"`
    )
    expect(setup("{ gamma: { mean: 4s, cv: 0 } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.gamma.cv: must be a number from 0.001 to 1000, got 0"`
    )
    // Draws of such a shape would never end.
    expect(setup("{ gamma: { mean: 1s, cv: 1e-308 } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.gamma.cv: must be a number from 0.001 to 1000, got 1e-308"`
    )
    expect(setup("{ pareto: { min: 1s, shape: 1e308 } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.pareto.shape: must be a number from 0.001 to 1000, got 1e+308"`
    )
    expect(setup("{ exponential: { mean: 1s }, gamma: { mean: 1s, cv: 1 } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.gamma: is given beside exponential; give one of them"`
    )
    expect(setup("{ exponential: 4s }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.exponential: must be an object with mean, got 4s"`
    )
    expect(setup("4")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup: must be a duration such as 4s, or one of exponential, uniform, lognormal, gamma, pareto, empirical, got 4"`
    )
    expect(setup("4sec")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup: must be a duration such as 250ms, 4s, 5m or 2h, got 4sec"`
    )
    expect(setup("{}")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup: must be a duration such as 4s, or one of exponential, uniform, lognormal, gamma, pareto, empirical, got {}"`
    )
    expect(setup("{ empirical: { file: none.csv, column: n } }")).toMatchInlineSnapshot(
      `"ebb.yaml:2: runner.setup.empirical.file: none.csv cannot be read: there is no such file"`
    )
    expect(refusal("runner: { docker_pull: { tim: 4s, cached: 0.5 } }")).toMatchInlineSnapshot(
      `"ebb.yaml:1: runner.docker_pull.tim: is not known here; did you mean time?"`
    )
    expect(refusal("runner: { docker_pull: { time: 4s, cached: 2 } }")).toMatchInlineSnapshot(
      `"ebb.yaml:1: runner.docker_pull.cached: must be a probability from 0 to 1, got 2"`
    )
  })

  it("the kind", () => {
    expect(refusal("traffic: [{ kind: dircet, arrivals: { poisson: 1/s } }]")).toMatchInlineSnapshot(
      `"ebb.yaml:1: traffic[0].kind: must be one of queued, direct, or an object with mixed, got dircet; did you mean direct?"`
    )
    expect(refusal("traffic: [{ kind: { mixed: 0.5 }, arrivals: { poisson: 1/s } }]")).toMatchInlineSnapshot(
      `"ebb.yaml:1: traffic[0].kind.mixed: must be an object with queued, got 0.5"`
    )
    expect(refusal("traffic: [{ kind: { mixed: { queued: 7 } }, arrivals: { poisson: 1/s } }]")).toMatchInlineSnapshot(
      `"ebb.yaml:1: traffic[0].kind.mixed.queued: must be a probability from 0 to 1, got 7"`
    )
    expect(refusal("traffic: [{ kind: direct }]")).toMatchInlineSnapshot(
      `"ebb.yaml:1: traffic[0].arrivals: is missing; it must be one of poisson, trace, bursts, daily"`
    )
  })

  it("the arrivals", () => {
    expect(arrivals("{ poison: 2/s }")).toMatchInlineSnapshot(
      `"ebb.yaml:3: traffic[0].arrivals.poison: is not known here; did you mean poisson?"`
    )
    expect(arrivals("{ poisson: 2 }")).toMatchInlineSnapshot(
      `"ebb.yaml:3: traffic[0].arrivals.poisson: must be a rate such as 2/s or 30/m, got 2"`
    )
    expect(arrivals("{ poisson: often }")).toMatchInlineSnapshot(
      `"ebb.yaml:3: traffic[0].arrivals.poisson: must be a rate such as 2/s or 30/m, got often"`
    )
    expect(arrivals("{ poisson: 0/s }")).toMatchInlineSnapshot(
      `"ebb.yaml:3: traffic[0].arrivals.poisson: must be more than 0, got 0/s"`
    )
    expect(arrivals("2/s")).toMatchInlineSnapshot(
      `"ebb.yaml:3: traffic[0].arrivals: must be one of poisson, trace, bursts, daily, got 2/s"`
    )
    expect(arrivals("{ poisson: 2/s, bursts: { on: 1s, off: 1s, rate: 1/s } }")).toMatchInlineSnapshot(
      `"ebb.yaml:3: traffic[0].arrivals.bursts: is given beside poisson; give one of them"`
    )
    expect(arrivals("{ bursts: { on: 0s, off: 1s, rate: 1/s } }")).toMatchInlineSnapshot(
      `"ebb.yaml:3: traffic[0].arrivals.bursts.on: must be longer than 0s: it is how long a burst lasts"`
    )
    expect(arrivals("{ daily: { low: 5/s, high: 1/s, period: 24h, peak_at: 14h } }")).toMatchInlineSnapshot(
      `"ebb.yaml:3: traffic[0].arrivals.daily.high: must be at least low (5/s), got 1/s"`
    )
    expect(arrivals("{ daily: { low: 5/s, high: 9/s, period: 0s, peak_at: 14h } }")).toMatchInlineSnapshot(
      `"ebb.yaml:3: traffic[0].arrivals.daily.period: must be more than 0s"`
    )
    expect(source("arrivals: { poisson: 1/s }\nstart_timeout: 50ms")).toMatchInlineSnapshot(
      `"ebb.yaml:4: traffic[0].start_timeout: must be more than 100ms"`
    )
  })

  it("the service time", () => {
    expect(service("{ colum: n }")).toMatchInlineSnapshot(
      `"ebb.yaml:4: traffic[0].service.colum: is not known here; did you mean column?"`
    )
    expect(service("{ column: m }")).toMatchInlineSnapshot(`"good.csv:1: has no column m; it has T, n"`)
    expect(service("{ column: n, unit: days }")).toMatchInlineSnapshot(
      `"ebb.yaml:4: traffic[0].service.unit: must be one of ns, us, ms, s, m, h, got days"`
    )
    expect(service("5")).toMatchInlineSnapshot(
      `"ebb.yaml:4: traffic[0].service: must be a duration such as 4s, a distribution such as lognormal, column, or tokens, got 5"`
    )
    expect(service("{ tokens: { generated: n, first: 300ms } }")).toMatchInlineSnapshot(
      `"ebb.yaml:4: traffic[0].service.tokens.each: is missing; it must be a duration such as 250ms, 4s, 5m or 2h"`
    )
    expect(service("{ tokens: { generated: -5, first: 300ms, each: 1ms } }")).toMatchInlineSnapshot(
      `"ebb.yaml:4: traffic[0].service.tokens.generated: must be a number from 0 to 1000000000000, got -5"`
    )
    expect(
      service("{ tokens: { generated: { exponential: { mean: 5s } }, first: 1s, each: 1ms } }")
    ).toMatchInlineSnapshot(
      `"ebb.yaml:4: traffic[0].service.tokens.generated.exponential.mean: must be a number from 0 to 1000000000000, got 5s"`
    )
    expect(source("arrivals: { poisson: 1/s }\nservice: { column: n }")).toMatchInlineSnapshot(
      `"ebb.yaml:4: traffic[0].service: names the column n, but its arrivals are no trace"`
    )
  })
})

describe("a mistake in a trace names the trace and its line", () => {
  it("in its rows", () => {
    expect(trace("unsorted.csv")).toMatchInlineSnapshot(
      `"unsorted.csv:5000: T is earlier than in the line before; sort the rows by time, or set sort: true in the trace"`
    )
    expect(trace("mixed.csv")).toMatchInlineSnapshot(
      `"mixed.csv:5000: T must be a number as in the first row, got "2023-11-16 18:17:03""`
    )
    expect(trace("dates.csv")).toMatchInlineSnapshot(
      `"dates.csv:3: T must be a time such as 2023-11-16 18:17:03.9799600, got "2023-13-41 18:17:03""`
    )
    expect(trace("short.csv")).toMatchInlineSnapshot(
      `"short.csv:5000: must have as many fields as the header (2), but has 1"`
    )
    expect(trace("long.csv")).toMatchInlineSnapshot(
      `"long.csv:5000: must have as many fields as the header (2), but has 3"`
    )
    expect(trace("quote.csv")).toMatchInlineSnapshot(`"quote.csv:5000: opens a quotation mark that is never closed"`)
    expect(service("{ column: n }", "word.csv")).toMatchInlineSnapshot(
      `"word.csv:5000: n must be a number from 0 on, got "many""`
    )
  })

  it("as a whole", () => {
    expect(trace("none.csv")).toMatchInlineSnapshot(
      `"ebb.yaml:3: traffic[0].arrivals.trace.file: none.csv cannot be read: there is no such file"`
    )
    expect(trace("empty.csv")).toMatchInlineSnapshot(
      `"empty.csv:1: is empty: a header and at least one row are needed"`
    )
    expect(trace("header.csv")).toMatchInlineSnapshot(`"header.csv:2: has a header but no rows"`)
    expect(arrivals("{ trace: { file: good.csv, timestamp: TIME } }")).toMatchInlineSnapshot(
      `"good.csv:1: has no column TIME; it has T, n"`
    )
    expect(service("{ column: n }", "twice.csv")).toMatchInlineSnapshot(`"twice.csv:1: has more than one column n"`)
    expect(arrivals("{ trace: good.csv }")).toMatchInlineSnapshot(
      `"ebb.yaml:3: traffic[0].arrivals.trace: must be an object with file, timestamp, unit, duration, sort, got good.csv"`
    )
  })
})
