import { modes } from "@ebb/core/domain/RolloutWay"
import { type App, defaultRevision } from "@ebb/core/domain/App"
import { defaultPrices, machineTypes, type Prices } from "@ebb/core/domain/Machine"
import { byKey, type SettingKey, settings, settingsWith } from "@ebb/core/domain/Settings"
import {
  type CountDistribution,
  type Distribution,
  type LoadValues,
  type Sampler,
  sampler
} from "../workload/Distribution.ts"
import { fromMs, msPer, toMs, toPerMs, type Unit } from "@ebb/text/Duration"
import type { ArrivalModel, ServiceModel, Source } from "../workload/TrafficModel.ts"
import type { FaultModel, RehearsalSpec, RunnerModel } from "./RehearsalSpec.ts"
import type { Place } from "./SpecError.ts"
import * as Random from "../workload/Random.ts"
import type { SourceText, SpecText } from "./SpecSchema.ts"
import { nearest } from "@ebb/text/Suggestion"
import type { SpecFiles } from "./SpecFiles.ts"

type Path = ReadonlyArray<PropertyKey>

/** Makes the rehearsal of a spec that is right in itself; throws a SpecError where its parts do not go together. */
export const build = (text: SpecText, read: SpecFiles, place: Place): RehearsalSpec => {
  const files = new Files(read)
  const run = runOf(text, place)
  const rollouts = rolloutsOf(text, run, place)
  return {
    text,
    columns: read.all(),
    app: appOf(text, place),
    capacity: capacityOf(text, place),
    prices: pricesOf(text, place),
    runner: runnerOf(text.runner ?? {}, files),
    traffic: (text.traffic ?? []).map((source, index) => sourceOf(source, ["traffic", index], text, files, place)),
    faults: faultsOf(text, run, files, place),
    rollouts,
    run
  }
}

/** What draws from the distributions of a spec. */
class Files {
  readonly read: SpecFiles

  constructor(read: SpecFiles) {
    this.read = read
  }

  sampler(distribution: Distribution | CountDistribution, unit: Unit = "s"): Sampler {
    const load: LoadValues = (of) => this.read.column(of.file, of.column).map((value) => value * msPer(of.unit ?? unit))
    return sampler(distribution, load)
  }
}

const machineTypesOnly = (part: "capacity" | "prices", types: ReadonlyArray<string>, place: Place): void => {
  for (const type of types) {
    if (machineTypes.some((known) => known === type)) continue
    const meant = nearest(type, machineTypes)
    const help = meant === null ? `known are ${machineTypes.join(", ")}` : `did you mean ${meant}?`
    throw place([part, type], `is no machine type; ${help}`)
  }
}

const capacityOf = ({ capacity }: SpecText, place: Place): RehearsalSpec["capacity"] => {
  machineTypesOnly("capacity", Object.keys(capacity ?? {}), place)
  return capacity ?? null
}

const seconds = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : toMs(text) / 1000

const appOf = (text: SpecText, place: Place): App => {
  const { app = {}, scaling = {} } = text
  const { maxConcurrency, minConcurrency } = settings
  const { max_concurrency = maxConcurrency.default, min_concurrency = minConcurrency.default } = scaling
  if (max_concurrency < min_concurrency) {
    const isGiven = scaling.max_concurrency !== undefined
    const field = isGiven ? "max_concurrency" : "min_concurrency"
    const most = isGiven ? max_concurrency : `${max_concurrency}, the default`
    const problem = `max_concurrency (${most}) must not be below min_concurrency (${min_concurrency})`
    throw place(["scaling", field], problem)
  }
  if (app.machine_type !== undefined && app.machine_types !== undefined) {
    throw place(["app", "machine_types"], "is given beside machine_type; give one of the two")
  }
  return {
    team: "local",
    env: app.env ?? "main",
    name: app.name ?? "app",
    scaling: valuesOf(text, settingsWith({ of: "app" })),
    revision: revisionOf(text)
  }
}

/** The values of these settings in a spec, the default of each where it says nothing. */
const valuesOf = <K extends SettingKey>(text: SpecText, keys: ReadonlyArray<K>) =>
  byKey(keys, ({ default: otherwise, part, wire }) => {
    const given: unknown = Reflect.get(text[part] ?? {}, wire)
    return typeof given === "string" ? toMs(given) / 1000 : typeof given === "number" ? given : otherwise
  })

/** Its lists and records are its own: a snapshot of the Fleet tells one that two revisions share from two that are equal. */
const revisionOf = (text: SpecText): App["revision"] => {
  const { app = {} } = text
  return {
    ...valuesOf(text, settingsWith({ of: "revision" })),
    machineTypes: app.machine_types ?? [app.machine_type ?? defaultRevision.machineTypes[0]],
    rolloutOrder: app.rollout_order ?? defaultRevision.rolloutOrder,
    retryConfig: app.retry_config ?? {},
    skipRetryConditions: app.skip_retry_conditions ?? [],
    healthCheck: healthCheckOf(app.health_check)
  }
}

const healthCheckOf = (check: NonNullable<SpecText["app"]>["health_check"]): App["revision"]["healthCheck"] =>
  check === undefined
    ? null
    : {
        path: check.path,
        method: check.method ?? "POST",
        startPeriodSeconds: seconds(check.start_period, 30),
        timeoutSeconds: seconds(check.timeout, 5),
        failureThreshold: check.failure_threshold ?? 3,
        callRegularly: check.call_regularly ?? true
      }

/** An hour of a GPU that costs more is a slip. */
const rateMost = 1_000_000

const pricesOf = ({ prices = {} }: SpecText, place: Place): Prices => {
  const { currency = "USD", ...own } = prices
  if (typeof currency !== "string") throw place(["prices", "currency"], "must be a text such as USD")
  machineTypesOnly("prices", Object.keys(own), place)
  const rates: Record<string, number> = { ...defaultPrices }
  for (const [type, rate] of Object.entries(own)) {
    if (typeof rate !== "number" || rate < 0 || rate > rateMost) {
      throw place(["prices", type], `must be a number from 0 to ${rateMost}, got ${rate}`)
    }
    rates[type] = rate
  }
  return { currency, rates }
}

const runnerOf = (runner: NonNullable<SpecText["runner"]>, files: Files): RunnerModel => {
  const draw = (key: "scheduling" | "setup" | "teardown" | "service", otherwise: Distribution) =>
    files.sampler(runner[key] ?? otherwise)
  const pull = runner.docker_pull ?? "0s"
  const dockerPull =
    typeof pull === "object" && "time" in pull
      ? { time: files.sampler(pull.time), cached: pull.cached ?? 0 }
      : { time: files.sampler(pull), cached: runner.docker_pull === undefined ? 1 : 0 }
  return {
    scheduling: draw("scheduling", "2s"),
    dockerPull,
    setup: draw("setup", "8s"),
    teardown: draw("teardown", "1s"),
    service: draw("service", "1s"),
    pace: paceOf(runner)
  }
}

const paceOf = ({ interference = 0, warm_up }: NonNullable<SpecText["runner"]>): RunnerModel["pace"] => {
  if (interference === 0 && warm_up === undefined) return null
  if (warm_up === undefined) return { interference, warmUp: null }
  const { factor, for: lasting = "0s", requests } = warm_up
  return requests === undefined
    ? { interference, warmUp: { kind: "time", forMs: toMs(lasting), factor } }
    : { interference, warmUp: { kind: "requests", requests, factor } }
}

const sourceOf = (source: SourceText, path: Path, text: SpecText, files: Files, place: Place): Source => {
  const { kind } = source
  const startTimeoutMs = source.start_timeout === undefined ? null : toMs(source.start_timeout)
  if (startTimeoutMs !== null && startTimeoutMs <= 100)
    throw place([...path, "start_timeout"], "must be more than 100ms")
  return {
    queued: typeof kind === "object" ? kind.mixed.queued : kind === "queued" ? 1 : 0,
    arrivals: arrivalsOf(source.arrivals, [...path, "arrivals"], files, place),
    service: serviceOf(source, path, text, files, place),
    low: source.priority === "low",
    startTimeoutMs,
    maxQueueLength: source.max_queue_length ?? null,
    patience: source.patience === undefined ? null : files.sampler(source.patience)
  }
}

const arrivalsOf = (arrivals: SourceText["arrivals"], path: Path, files: Files, place: Place): ArrivalModel => {
  if ("poisson" in arrivals) return { kind: "poisson", perMs: toPerMs(arrivals.poisson) }
  if ("trace" in arrivals) {
    const { file, ...times } = arrivals.trace
    return { kind: "trace", timesMs: files.read.times(file, times) }
  }
  if ("bursts" in arrivals) {
    const { off, on, rate } = arrivals.bursts
    const at = [...path, "bursts"]
    const [onModel, offModel] = [files.sampler(on), files.sampler(off)]
    if (isNothing(onModel)) throw place([...at, "on"], tooShort(on, "it is how long a burst lasts"))
    return { kind: "bursts", on: onModel, off: offModel, perMs: toPerMs(rate) }
  }
  const { high, low, peak_at, period } = arrivals.daily
  const daily = { lowPerMs: toPerMs(low), highPerMs: toPerMs(high), periodMs: toMs(period), peakAtMs: toMs(peak_at) }
  if (daily.highPerMs < daily.lowPerMs)
    throw place([...path, "daily", "high"], `must be at least low (${low}), got ${high}`)
  if (daily.periodMs === 0) throw place([...path, "daily", "period"], "must be more than 0s")
  return { kind: "daily", ...daily }
}

const tooShort = (distribution: Distribution, what: string): string =>
  `must be longer than 0s${typeof distribution === "string" ? "" : ", which each of 100 draws was"}: ${what}`

/** Whether all of a hundred draws are 0. */
const isNothing = (model: Sampler): boolean => {
  const random = Random.make(0)
  return Array.from({ length: 100 }, (_, entity) => model.sample(random, 0, entity)).every((value) => value === 0)
}

const serviceOf = (source: SourceText, path: Path, text: SpecText, files: Files, place: Place): ServiceModel => {
  const { service = text.runner?.service ?? "1s" } = source
  if (typeof service === "object" && "column" in service) {
    const column = traceColumn(source, service.column, [...path, "service"], files, place)
    return { kind: "column", valuesMs: column.map((value) => value * msPer(service.unit ?? "s")) }
  }
  if (typeof service !== "object" || !("tokens" in service)) {
    return { kind: "drawn", sampler: files.sampler(service) }
  }
  const { each, first, generated } = service.tokens
  const times = { firstMs: toMs(first), eachMs: toMs(each) }
  const field = [...path, "service", "tokens", "generated"]
  if (typeof generated !== "string") {
    return { kind: "tokens", generated: files.sampler(generated, "ms"), ...times }
  }
  const counts = traceColumn(source, generated, field, files, place)
  return { kind: "token_column", counts, ...times }
}

const traceColumn = (source: SourceText, column: string, path: Path, files: Files, place: Place): Float64Array => {
  if (!("trace" in source.arrivals)) throw place(path, `names the column ${column}, but its arrivals are no trace`)
  const { file, ...times } = source.arrivals.trace
  return files.read.traceColumn(file, times, column)
}

const faultsOf = (
  { faults = {} }: SpecText,
  { forMs }: RehearsalSpec["run"],
  files: Files,
  place: Place
): FaultModel => ({
  setupFailure: faults.setup_failure ?? 0,
  schedulingFailure: faults.scheduling_failure ?? 0,
  crash: faults.crash === undefined ? null : crashOf(faults.crash, files, place),
  hang: faults.hang ?? 0,
  slowTeardown: faults.slow_teardown ?? 0,
  plan: (faults.plan ?? []).map(({ at, do: what, for: lasting, runner }, index) => {
    const late = `must lie before run.for (${fromMs(forMs)}), got ${at}`
    if (toMs(at) >= forMs) throw place(["faults", "plan", index, "at"], late)
    return { atMs: toMs(at), runner, do: what, forMs: lasting === undefined ? null : toMs(lasting) }
  })
})

const crashOf = (crash: Distribution, files: Files, place: Place): Sampler => {
  const path = ["faults", "crash"]
  const model = files.sampler(crash)
  if (isNothing(model)) throw place(path, tooShort(crash, "it is how long a runner lasts once it is ready"))
  return model
}

const hourMs = 3_600_000
const minuteMs = 60_000

const hasTrace = ({ traffic = [] }: SpecText): boolean => traffic.some(({ arrivals }) => "trace" in arrivals)

/** The run of a spec. */
export const runOf = ({ run = {}, ...text }: SpecText, place: Place): RehearsalSpec["run"] => {
  const forMs = run.for === undefined ? hourMs : toMs(run.for)
  const warmupMs = run.warmup === undefined ? Math.min(5 * minuteMs, forMs / 10) : toMs(run.warmup)
  if (forMs === 0) throw place(["run", "for"], "must be more than 0s")
  if (warmupMs >= forMs) throw place(["run", "warmup"], `must be shorter than run.for (${fromMs(forMs)})`)
  return {
    forMs,
    warmupMs,
    windowMs: run.window === undefined ? 10 * minuteMs : toMs(run.window),
    moment: run.moment ?? (hasTrace(text) ? "spread" : "fixed"),
    seeds: run.seeds ?? 20,
    seed: run.seed ?? 1,
    modes: [...new Set(run.modes ?? modes)]
  }
}

const rolloutsOf = (text: SpecText, run: RehearsalSpec["run"], place: Place): RehearsalSpec["rollouts"] => {
  const given = text.rollouts ?? [{ at: `${Math.round(run.forMs / 3)}ms` }]
  if (given.length === 0 && run.modes.some((mode) => mode !== "none")) {
    throw place(["rollouts"], "is empty, so run.modes may only be [none]")
  }
  return given.map((rollout, index) => {
    const atMs = toMs(rollout.at)
    if (atMs >= run.warmupMs && atMs < run.forMs) return { atMs, mode: rollout.mode ?? null }
    const range = `from run.warmup (${fromMs(run.warmupMs)}) on and before run.for (${fromMs(run.forMs)})`
    throw place(["rollouts", index, "at"], `must lie ${range}, got ${rollout.at}`)
  })
}
