import sinpi from "@stdlib/math-base-special-sinpi/lib/main.js"
import { exponential, type Sampler } from "./Distribution.ts"
import { Draws } from "./Draws.ts"
import type { Random } from "./Random.ts"
import type { ArrivalModel, ServiceModel, Source } from "./TrafficModel.ts"
import { streamsOf } from "./RandomStreams.ts"

/** When a source's requests come, in milliseconds from the start, one after the other; Infinity: no more. */
interface Arrivals {
  next(): number
}

const unit = exponential(1)

class PoissonArrivals implements Arrivals {
  private nowMs = 0
  private count = 0
  private readonly meanGapMs: number
  private readonly gaps: Draws

  constructor(perMs: number, gaps: Draws) {
    this.meanGapMs = 1 / perMs
    this.gaps = gaps
  }

  next(): number {
    this.nowMs += this.meanGapMs * this.gaps.at(this.count++)
    return this.nowMs
  }
}

class TraceArrivals implements Arrivals {
  private at = 0
  private readonly timesMs: Float64Array

  constructor(timesMs: Float64Array) {
    this.timesMs = timesMs
  }

  next(): number {
    return this.at < this.timesMs.length ? this.timesMs[this.at++]! : Infinity
  }
}

/** Poisson arrivals while a source is on; it begins on. */
class BurstArrivals implements Arrivals {
  private onMs = 0
  private onUntilMs = 0
  private clockMs = 0
  private offsetMs = 0
  private phase = 0
  private readonly poisson: PoissonArrivals
  private readonly on: Sampler
  private readonly off: Sampler
  private readonly random: Random
  private readonly stream: number

  constructor(on: Sampler, off: Sampler, poisson: PoissonArrivals, random: Random, stream: number) {
    this.on = on
    this.off = off
    this.poisson = poisson
    this.random = random
    this.stream = stream
    this.onUntilMs = on.sample(random, stream, 0)
  }

  /** The Poisson process runs on a clock that stands still while the source is off. */
  next(): number {
    this.onMs = this.poisson.next()
    while (this.onMs >= this.onUntilMs) {
      this.offsetMs += this.off.sample(this.random, this.stream, this.phase * 2 + 1)
      this.phase++
      this.onUntilMs += this.on.sample(this.random, this.stream, this.phase * 2)
    }
    this.clockMs = this.onMs + this.offsetMs
    return this.clockMs
  }
}

/** A non-homogeneous Poisson process, by thinning (Lewis and Shedler 1979); the rate is a sine between low and high. */
class DailyArrivals implements Arrivals {
  private count = 0
  private readonly poisson: PoissonArrivals
  private readonly model: Extract<ArrivalModel, { readonly kind: "daily" }>
  private readonly random: Random
  private readonly stream: number

  constructor(model: DailyArrivals["model"], poisson: PoissonArrivals, random: Random, stream: number) {
    this.model = model
    this.poisson = poisson
    this.random = random
    this.stream = stream
  }

  next(): number {
    for (;;) {
      const atMs = this.poisson.next()
      if (this.random.uniform(this.stream, this.count++, 0) * this.model.highPerMs < this.perMs(atMs)) return atMs
    }
  }

  private perMs(atMs: number): number {
    const { highPerMs, lowPerMs, peakAtMs, periodMs } = this.model
    const cosine = sinpi((2 * (atMs - peakAtMs)) / periodMs + 0.5)
    return lowPerMs + ((highPerMs - lowPerMs) * (1 + cosine)) / 2
  }
}

const arrivalsOf = (model: ArrivalModel, random: Random, source: number, gaps: Draws): Arrivals => {
  const streams = streamsOf(source)
  if (model.kind === "trace") return new TraceArrivals(model.timesMs)
  const poisson = new PoissonArrivals(model.kind === "daily" ? model.highPerMs : model.perMs, gaps)
  if (model.kind === "poisson") return poisson
  if (model.kind === "bursts") return new BurstArrivals(model.on, model.off, poisson, random, streams.phase)
  return new DailyArrivals(model, poisson, random, streams.accept)
}

const nothing: Sampler = { sample: () => 0 }

/** What is drawn of how long requests take: times, or numbers of tokens. */
const drawnOf = (model: ServiceModel): Sampler => {
  if (model.kind === "drawn") return model.sampler
  return model.kind === "tokens" ? model.generated : nothing
}

const serviceOf = (model: ServiceModel, drawn: Draws, row: number): number => {
  switch (model.kind) {
    case "drawn":
      return drawn.at(row)
    case "column":
      return model.valuesMs[row]!
    case "tokens":
      return model.firstMs + model.eachMs * Math.round(drawn.at(row))
    case "token_column":
      return model.firstMs + model.eachMs * model.counts[row]!
  }
}

/** What is drawn for each request of a source. */
interface SourceDraws {
  readonly gaps: Draws
  readonly services: Draws
}

const drawsOf = (source: Source, index: number, random: Random): SourceDraws => {
  const streams = streamsOf(index)
  return {
    gaps: new Draws(unit, random, streams.gap),
    services: new Draws(drawnOf(source.service), random, streams.service)
  }
}

/** One traffic source: its next arrival, and which one that is. */
interface OpenSource {
  readonly source: Source
  readonly streams: ReturnType<typeof streamsOf>
  readonly services: Draws
  readonly arrivals: Arrivals
  atMs: number
  row: number
}

/** The arrivals of all sources in order of time, ties by the order of the sources; a cursor that is read in place. */
export class Workload {
  atMs = 0
  source = 0
  queued = false
  low = false
  /** -1: none. */
  startTimeoutMs: number | null = null
  /** -1: none. */
  maxQueueLength: number | null = null
  /** Infinity: none. */
  patienceMs = Infinity
  /** Drawn once a request; a retry runs it again from the start. */
  serviceMs = 0
  /** The draws of its sources: copies have them in common. */
  readonly draws: ReadonlyArray<SourceDraws>
  private readonly random: Random
  private readonly open: ReadonlyArray<OpenSource>

  constructor(sources: ReadonlyArray<Source>, random: Random) {
    this.random = random
    this.draws = sources.map((source, index) => drawsOf(source, index, random))
    this.open = sources.map((source, index) => {
      const { gaps, services } = this.draws[index]!
      const arrivals = arrivalsOf(source.arrivals, random, index, gaps)
      return { source, streams: streamsOf(index), services, arrivals, atMs: arrivals.next(), row: 0 }
    })
  }

  /** Moves to the next arrival; false when there is none. */
  next(): boolean {
    let first = 0
    for (let index = 1; index < this.open.length; index++) {
      if (this.open[index]!.atMs < this.open[first]!.atMs) first = index
    }
    const open = this.open[first]
    if (open === undefined || open.atMs === Infinity) return false
    this.emit(open, first)
    open.row++
    open.atMs = open.arrivals.next()
    return true
  }

  private emit({ atMs, row, services, source, streams }: OpenSource, index: number): void {
    this.atMs = atMs
    this.source = index
    this.queued =
      source.queued === 1 || (source.queued > 0 && this.random.uniform(streams.kind, row, 0) < source.queued)
    this.low = source.low
    this.startTimeoutMs = source.startTimeoutMs
    this.maxQueueLength = source.maxQueueLength
    this.patienceMs = source.patience === null ? Infinity : source.patience.sample(this.random, streams.patience, row)
    this.serviceMs = serviceOf(source.service, services, row)
  }
}

export const open = (sources: ReadonlyArray<Source>, random: Random): Workload => new Workload(sources, random)
