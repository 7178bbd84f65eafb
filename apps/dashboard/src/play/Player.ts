import { type Film, showsRollout } from "@ebb/sim/film/Film"
import * as FilmWindow from "@ebb/sim/film/FilmWindow"
import * as Experiment from "@ebb/sim/experiment/Experiment"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"
import type { Mode, RehearsalSpec } from "@ebb/sim/spec/Spec"
import type { DrainOfMode } from "../PageData.ts"
import * as GraceStops from "./GraceStops.ts"
import * as GraceOfSeed from "./GraceOfSeed.ts"
import type { Answer, Files, Order, PlayWorker } from "./Protocol.ts"

/** A rehearsal as far as it has come. */
export interface Played {
  readonly spec: RehearsalSpec
  readonly report: RehearsalReport
  readonly drains: ReadonlyArray<DrainOfMode>
  readonly seedsDone: number
  readonly requests: number
  /** Milliseconds since it was begun. */
  readonly elapsedMs: number
}

/** Who is told how far a rehearsal has come, and when a run could not be done. */
export interface Listener {
  readonly onPlayed: (played: Played) => void
  /** The rollout of the first seed, a film of each mode; none without a rollout. */
  readonly onFilmed: (films: ReadonlyArray<Film>) => void
  /** What each grace period would cut; null while that is not known of this spec. */
  readonly onGrace: (shares: GraceOfSeed.GraceShares | null) => void
  readonly onBroken: (message: string) => void
}

interface Crew {
  readonly worker: PlayWorker
  /** So many tasks that it has been given and not answered. */
  tasks: number
  /** Since when it does the first of them. */
  busySinceMs: number
}

type Task =
  | { readonly kind: "run"; readonly modes: ReadonlyArray<Mode>; readonly seed: number }
  | { readonly kind: "film"; readonly mode: Mode; readonly seed: number; readonly window: FilmWindow.FilmWindow }
  | { readonly kind: "grace"; readonly seed: number; readonly graceSeconds: ReadonlyArray<number> }

const crewMax = 4
/** While a worker does a task it has the next one: it need not wait for a page that draws. */
const tasksMost = 2
/** So many seeds draw the curve of the grace periods: each sees all that is in flight in a whole run. */
const graceSeedsMost = 4
const patienceMs = 300
const showEveryMs = 250
/** To redraw takes this share of the time at most: the workers need the cores. */
const showShare = 0.1

/** Runs rehearsals in workers: the first seed of the newest spec soon, then one seed after the other. */
export class Player {
  private readonly startWorker: () => PlayWorker
  private readonly files: Files
  private readonly listener: Listener
  private readonly crew: Array<Crew> = []
  private generation = 0
  private spec: RehearsalSpec | null = null
  private next: RehearsalSpec | null = null
  private tasks: Array<Task> = []
  /** What can wait until every seed is on the page. */
  private lastTasks: Array<Task> = []
  private runs = new Map<Mode, Array<RunMeasures | undefined>>()
  private films: Array<Film> = []
  /** How many films were ordered; null before that. */
  private filmed: number | null = null
  private readonly grace = { key: "", graceSeconds: new Array<number>(), seeds: new Array<GraceOfSeed.GraceOfSeed>() }
  private startMs = 0
  private shownMs = 0
  /** How long the page was busy with what it was shown last. */
  private showTookMs = 0
  private shownSeeds = 0

  constructor(startWorker: () => PlayWorker, files: Files, listener: Listener) {
    this.startWorker = startWorker
    this.files = files
    this.listener = listener
    const size = Math.max(1, Math.min(crewMax, navigator.hardwareConcurrency))
    for (let at = 0; at < size; at++) this.crew.push(this.hire())
  }

  /** Rehearses this spec next. A first seed under way is shown before: so a drag redraws however fast it goes on. */
  play(spec: RehearsalSpec): void {
    if (this.spec !== null && this.shownSeeds === 0) this.next = spec
    else this.begin(spec)
  }

  private hire(): Crew {
    const crew: Crew = { worker: this.startWorker(), tasks: 0, busySinceMs: 0 }
    crew.worker.addEventListener("message", ({ data }) => this.answered(crew, data))
    crew.worker.addEventListener("error", ({ message }) => this.listener.onBroken(message))
    return crew
  }

  private begin(spec: RehearsalSpec): void {
    this.generation++
    this.spec = spec
    this.next = null
    this.runs = new Map(spec.run.modes.map((mode) => [mode, []]))
    this.tasks = []
    this.lastTasks = []
    this.films = []
    this.filmed = null
    const { modes, seed, seeds } = spec.run
    // The first seed is to be there soon; up to its rollout any other is one run for all modes.
    for (const mode of modes) this.tasks.push({ kind: "run", modes: [mode], seed })
    for (let at = 1; at < seeds; at++) this.tasks.push({ kind: "run", modes, seed: seed + at })
    this.orderGrace(spec)
    this.startMs = performance.now()
    this.shownMs = -Infinity
    this.shownSeeds = 0
    this.crew.forEach((crew, at) => this.brief(crew, at, spec))
  }

  private brief(crew: Crew, at: number, spec: RehearsalSpec): void {
    let ready = crew
    if (crew.tasks > 0 && performance.now() - crew.busySinceMs > patienceMs) {
      crew.worker.terminate()
      ready = this.crew[at] = this.hire()
    }
    const order: Order = { kind: "spec", spec: spec.text, files: this.files }
    ready.worker.postMessage(order)
    if (ready.tasks === 0) this.assign(ready)
  }

  private assign(crew: Crew): void {
    // The first seed is divided evenly, and so are the last ones.
    const most = this.shownSeeds > 0 && this.tasks.length > this.crew.length ? tasksMost : 1
    while (crew.tasks < most) {
      const task = this.tasks.shift()
      if (task === undefined) return
      if (crew.tasks === 0) crew.busySinceMs = performance.now()
      crew.tasks++
      const order: Order = { generation: this.generation, ...task }
      crew.worker.postMessage(order)
    }
  }

  private answered(crew: Crew, answer: Answer): void {
    crew.tasks--
    crew.busySinceMs = performance.now()
    const isOfNow = answer.generation === this.generation
    if (isOfNow && answer.kind === "run" && this.spec !== null) {
      const number = answer.seed - this.spec.run.seed
      for (const [at, mode] of answer.modes.entries()) this.runs.get(mode)![number] = answer.runs[at]!
      if (this.filmed === null && this.seedsDone() > 0) this.orderFilms(this.spec)
    }
    this.assign(crew)
    if (!isOfNow) return
    if (answer.kind === "run") this.show()
    else if (answer.kind === "film") this.takeFilm(answer.film)
    else if (answer.kind === "grace") this.takeGrace(answer.grace)
  }

  /** Films the rollout of the first seed as soon as it is known how long it is to be watched. */
  private orderFilms(spec: RehearsalSpec): void {
    const rolled = this.drainsOf(this.runs)
    const window = FilmWindow.of(
      rolled.map(({ rollout }) => rollout),
      spec.run.forMs
    )
    this.filmed = rolled.length
    if (window === null) return this.listener.onFilmed([])
    this.tasks.unshift(...rolled.map(({ mode }): Task => ({ kind: "film", mode, seed: spec.run.seed, window })))
  }

  /** Again only where something else was turned than the grace period or the rollout. */
  private orderGrace(spec: RehearsalSpec): void {
    const { grace } = this
    const { seed, seeds } = spec.run
    const many = Math.min(seeds, graceSeedsMost)
    const own = spec.app.revision.gracePeriodSeconds
    const key = GraceOfSeed.keyOf(spec)
    if (key === grace.key && grace.seeds.length === many && grace.graceSeconds.includes(own)) return
    if (key !== grace.key) this.listener.onGrace(null)
    grace.key = key
    grace.seeds = []
    grace.graceSeconds = GraceStops.around(own)
    const { graceSeconds } = grace
    for (let at = 0; at < many; at++) this.lastTasks.push({ kind: "grace", seed: seed + at, graceSeconds })
  }

  private takeGrace(found: GraceOfSeed.GraceOfSeed): void {
    const { graceSeconds, seeds } = this.grace
    seeds.push(found)
    this.listener.onGrace(GraceOfSeed.shares(seeds, graceSeconds))
  }

  private takeFilm(film: Film): void {
    this.films.push(film)
    if (this.films.length !== this.filmed || this.spec === null) return
    const { modes } = this.spec.run
    const shown = this.films.filter(showsRollout)
    this.listener.onFilmed(shown.sort((a, b) => modes.indexOf(a.mode) - modes.indexOf(b.mode)))
  }

  private orderLast(): void {
    this.tasks.push(...this.lastTasks.splice(0))
    for (const crew of this.crew) if (crew.tasks === 0) this.assign(crew)
  }

  private drainsOf(runs: ReadonlyMap<Mode, ReadonlyArray<RunMeasures | undefined>>) {
    return [...runs].flatMap(([mode, [first]]) => {
      const rollout = first?.rollouts[0]
      return rollout === undefined ? [] : [{ mode, rollout }]
    })
  }

  /** The seeds that every mode has run, without a gap. */
  private seedsDone(): number {
    const counts = [...this.runs.values()].map((own) => {
      const gap = own.findIndex((run) => run === undefined)
      return gap < 0 ? own.length : gap
    })
    return Math.min(...counts)
  }

  private show(): void {
    const { spec } = this
    const done = this.seedsDone()
    if (spec === null || done === this.shownSeeds) return
    const nowMs = performance.now()
    const isLast = done === spec.run.seeds
    const leastMs = Math.max(showEveryMs, this.showTookMs / showShare)
    if (this.shownSeeds > 0 && !isLast && nowMs - this.shownMs < leastMs) return
    this.shownSeeds = done
    this.shownMs = nowMs
    this.listener.onPlayed(this.played(spec, done, nowMs - this.startMs))
    const { generation } = this
    requestAnimationFrame(() =>
      setTimeout(() => {
        this.showTookMs = performance.now() - nowMs
        if (isLast && generation === this.generation) this.orderLast()
      })
    )
    if (this.next !== null) this.begin(this.next)
  }

  private played(spec: RehearsalSpec, seedsDone: number, elapsedMs: number): Played {
    const runs = new Map(
      [...this.runs].map(([mode, own]) => [mode, own.slice(0, seedsDone).filter((run) => run !== undefined)])
    )
    const requests = [...runs.values()].flat().reduce((sum, run) => sum + run.requests.accepted, 0)
    const drains = this.drainsOf(runs)
    return { spec, report: Experiment.report(spec, runs, seedsDone), drains, seedsDone, requests, elapsedMs }
  }
}
