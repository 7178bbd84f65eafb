import type { Pace } from "../spec/RunnerPace.ts"

/** A request at work. */
interface Job {
  readonly slot: number
  readonly epoch: number
  /** The progress at which it is done. */
  readonly doneAt: number
  /** When its request timeout ends it. */
  readonly deadlineMs: number
}

/**
 * The requests of one runner that slow each other down. Progress is what one request would have done since the runner was
 * ready, in milliseconds of work: it grows at the rate that all share, so each keeps its place whatever comes and goes.
 */
export class SharedWork {
  private readonly pace: Pace
  private readonly warmUntilMs: number
  private readonly jobs: Array<Job> = []
  private progress = 0
  private atMs: number
  private started = 0
  /** When the first job is done if nothing comes or goes, and the event that was asked for. */
  private doneMs = Infinity
  private nextMs = Infinity

  constructor(pace: Pace, readyAtMs: number) {
    this.pace = pace
    this.atMs = readyAtMs
    this.warmUntilMs = pace.warmUp?.kind === "time" ? readyAtMs + pace.warmUp.forMs : -Infinity
  }

  /** A request begins that takes `serviceMs` on a warm runner of its own. */
  add(nowMs: number, { deadlineMs, epoch, slot }: Omit<Job, "doneAt">, serviceMs: number): void {
    this.advance(nowMs)
    const { warmUp } = this.pace
    const isCold = warmUp?.kind === "requests" && this.started++ < warmUp.requests
    const job = { slot, epoch, deadlineMs, doneAt: this.progress + serviceMs * (isCold ? warmUp.factor : 1) }
    const place = this.jobs.findLastIndex(({ doneAt }) => doneAt <= job.doneAt)
    this.jobs.splice(place + 1, 0, job)
  }

  /** Whether an event at this time is the one that was asked for last. */
  isDue(nowMs: number): boolean {
    return nowMs === this.nextMs
  }

  /** Time passes. */
  advance(nowMs: number): void {
    // At one instant nothing moves, whoever comes and goes: the first job is another one by then.
    if (this.jobs.length > 0 && nowMs !== this.atMs) {
      // At the end of the first job rounding must not leave a rest of it.
      if (nowMs === this.doneMs) this.progress = this.jobs[0]!.doneAt
      else this.progress += this.progressIn(this.atMs, nowMs, this.jobs.length)
    }
    this.atMs = nowMs
  }

  /** Takes a job that is done by now; null when none is. */
  takeDone(): Job | null {
    const [first] = this.jobs
    if (first === undefined || first.doneAt > this.progress) return null
    return this.jobs.shift()!
  }

  /** Leaves out the jobs that their timeout has ended by now. */
  dropOverdue(nowMs: number): void {
    for (let at = this.jobs.length - 1; at >= 0; at--) if (this.jobs[at]!.deadlineMs <= nowMs) this.jobs.splice(at, 1)
  }

  /** When something happens next if nothing comes or goes: a job is done, or its timeout ends it. Infinity: nothing. */
  next(): number {
    this.doneMs = this.firstDoneMs()
    this.nextMs = this.doneMs
    for (const { deadlineMs } of this.jobs) this.nextMs = Math.min(this.nextMs, deadlineMs)
    return this.nextMs
  }

  private firstDoneMs(): number {
    const [first] = this.jobs
    if (first === undefined) return Infinity
    const doneMs = this.timeFor(this.atMs, first.doneAt - this.progress, this.jobs.length)
    // A rest too small to be told from now takes one step of the clock: at the same instant it would never be done.
    const isRest = first.doneAt > this.progress && doneMs <= this.atMs
    return isRest ? this.atMs + this.atMs * Number.EPSILON : doneMs
  }

  /** The next event comes then, whatever is done before. */
  putOff(untilMs: number): void {
    this.nextMs = untilMs
    this.doneMs = Infinity
  }

  /**
   * How long a job would still take if nothing came, its own timeout did not end it and nothing ended before `heldUntilMs`;
   * null when it is not here. Others that their timeout ends leave it more of the runner.
   */
  remainingMs(nowMs: number, { epoch, slot }: Pick<Job, "slot" | "epoch">, heldUntilMs: number): number | null {
    const own = this.jobs.find((job) => job.slot === slot && job.epoch === epoch)
    if (own === undefined) return null
    const others = this.jobs.filter((job) => job !== own).sort((a, b) => a.deadlineMs - b.deadlineMs)
    const left = new Set(this.jobs)
    let atMs = Math.max(nowMs, heldUntilMs)
    let progress = this.progress + this.progressIn(this.atMs, atMs, this.jobs.length)
    for (let at = 0; own.doneAt > progress;) {
      for (const job of left) {
        if (job.doneAt > progress) break
        left.delete(job)
      }
      while (at < others.length && (others[at]!.deadlineMs <= atMs || !left.has(others[at]!)))
        left.delete(others[at++]!)
      const [first = own] = left
      const doneMs = this.timeFor(atMs, first.doneAt - progress, left.size)
      const limitMs = others[at]?.deadlineMs ?? Infinity
      progress = limitMs < doneMs ? progress + this.progressIn(atMs, limitMs, left.size) : first.doneAt
      atMs = Math.min(doneMs, limitMs)
    }
    return atMs - nowMs
  }

  private rate(count: number): number {
    return 1 / (1 + this.pace.interference * (count - 1))
  }

  private get coldFactor(): number {
    return this.pace.warmUp?.factor ?? 1
  }

  /** How far each of so many jobs gets between two moments. */
  private progressIn(fromMs: number, toMs: number, count: number): number {
    const coldMs = Math.max(0, Math.min(toMs, this.warmUntilMs) - fromMs)
    return (coldMs / this.coldFactor + (toMs - fromMs - coldMs)) * this.rate(count)
  }

  /** When each of so many jobs has got so much further. */
  private timeFor(fromMs: number, progress: number, count: number): number {
    const aloneMs = progress / this.rate(count)
    const coldMs = Math.max(0, this.warmUntilMs - fromMs)
    if (aloneMs * this.coldFactor <= coldMs) return fromMs + aloneMs * this.coldFactor
    return fromMs + coldMs + (aloneMs - coldMs / this.coldFactor)
  }
}
