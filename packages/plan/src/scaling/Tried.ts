import { mean } from "@ebb/sim/measure/Sample"
import { type Estimate, estimate, highestUnseen } from "@ebb/sim/measure/Statistics"
import type { Setting } from "./Candidates.ts"
import * as Feasibility from "./Feasibility.ts"
import { eitherOf, isAboutRequests, type Met, metNone, ofMet, type Slo } from "./Slo.ts"
import type { TrialOutput } from "./Trial.ts"
import { isKept, type Verdict } from "./Verdict.ts"

/** An SLO of a candidate: its measure, and what that says of it. */
export interface SloResult {
  readonly slo: string
  /** Null where no run has a value. */
  readonly value: Estimate | null
  /** The verdict is that it holds. */
  readonly holds: boolean
  readonly verdict: Verdict
  /** Where it is unbroken: the greatest share of runs in which it may still break. */
  readonly unseen: number | null
  /** Why its runs prove nothing about it, so that it cannot hold; null where they do. */
  readonly because: string | null
}

/** The verdict that a 95 % interval gives. */
const usualWrong = 0.05

/** In so many runs a request may be in flight at the rollout yet, if in none before. */
const seedsToMeet = 30

/** A candidate and what its runs have shown so far, in order of the seeds. */
export class Tried {
  readonly setting: Setting
  readonly costs: Array<number> = []
  private readonly slos: ReadonlyArray<Slo>
  private readonly values: ReadonlyArray<Array<number | null>>
  private readonly flaws: Array<string | null>
  private verdicts: ReadonlyArray<Verdict>
  /** Requests that came after the warm-up, in all runs. */
  private requests = 0
  /** What was in flight at the rollout in any run. */
  private met: Met = metNone

  constructor(setting: Setting, slos: ReadonlyArray<Slo>) {
    this.setting = setting
    this.slos = slos
    this.values = slos.map(() => [])
    this.flaws = slos.map(() => null)
    this.verdicts = slos.map(() => "open")
  }

  add({ costPerHour, flaws, met, requests, values }: TrialOutput): void {
    this.costs.push(costPerHour)
    this.requests += requests
    this.met = eitherOf(this.met, met)
    values.forEach((value, at) => this.values[at]!.push(value))
    flaws.forEach((flaw, at) => (this.flaws[at] ??= flaw))
  }

  /** Looks at the SLOs again; `wrong`: how likely a verdict on one may be mistaken. */
  judge(wrong: number): void {
    this.verdicts = this.slos.map((slo, at) => {
      if (this.flawOf(at) === null) return this.again(slo, at, wrong)
      return this.flaws[at] === null && this.seeds < seedsToMeet ? "open" : "broken"
    })
  }

  /** What was once found to hold still does while its 95 % interval keeps to the limit. */
  private again(slo: Slo, at: number, wrong: number): Verdict {
    const values = this.values[at]!
    const found = Feasibility.verdictOf(slo, values, wrong)
    if (this.verdicts[at] !== "holds" || found === "broken") return found
    return Feasibility.verdictOf(slo, values, usualWrong) === "holds" ? "holds" : found
  }

  /** Why its runs prove nothing about an SLO; null where they do. */
  private flawOf(at: number): string | null {
    return this.flaws[at] ?? this.unseen(at)
  }

  /** What no run had, of which an SLO is; null where one had it. */
  private unseen(at: number): string | null {
    const slo = this.slos[at]!
    if (isAboutRequests(slo) && this.requests === 0) return "no request came after the warm-up in any run"
    const which = ofMet(slo)
    if (which === null || this.met[which]) return null
    return `no ${this.met.any ? `${which} ` : ""}request was in flight at the rollout in any run`
  }

  /** Every SLO is known to hold, however often that was looked at. */
  get holds(): boolean {
    return this.verdicts.every((verdict) => verdict === "holds")
  }

  /** Every SLO is known to hold, or was broken by no run. */
  get keeps(): boolean {
    return this.verdicts.every(isKept)
  }

  /** The means so far keep to every SLO, none of which is known not to hold. */
  get isLikely(): boolean {
    const isMet = (slo: Slo, at: number): boolean => {
      const value = estimate(this.values[at]!)
      return value !== null && this.flawOf(at) === null && Feasibility.isMetBy(slo, value.mean)
    }
    return !this.fails && this.slos.every(isMet)
  }

  /** An SLO is known not to hold. */
  get isBroken(): boolean {
    return this.verdicts.includes("broken")
  }

  /** An SLO is known not to hold, or cannot be told from its limit. */
  get fails(): boolean {
    return this.isBroken || this.verdicts.includes("close")
  }

  /** Nothing is known of an SLO, as no run had what it is about, and none of them is known not to hold. */
  get isUnknown(): boolean {
    const isBroken = (verdict: Verdict, at: number): boolean =>
      (verdict === "broken" || verdict === "close") && (this.flaws[at] !== null || this.unseen(at) === null)
    return !this.verdicts.some(isBroken) && this.slos.some((_, at) => this.unseen(at) !== null)
  }

  get seeds(): number {
    return this.costs.length
  }

  get meanCost(): number {
    return mean(this.costs)
  }

  /** By how much it is dearer than another, over the seeds that both had. */
  excessOver({ costs }: Tried): number {
    const both = Math.min(this.costs.length, costs.length)
    return mean(this.costs.slice(0, both)) - mean(costs.slice(0, both))
  }

  get cost(): Estimate {
    return estimate(this.costs)!
  }

  get results(): ReadonlyArray<SloResult> {
    return this.slos.map((slo, at) => {
      const value = estimate(this.values[at]!)
      const verdict = this.told(at)
      const unseen = verdict === "unbroken" && value !== null ? highestUnseen(value.n) : null
      return { slo: slo.text, value, holds: verdict === "holds", verdict, unseen, because: this.flawOf(at) }
    })
  }

  /** What is said of an SLO: what was found, else what its 95 % interval says. */
  private told(at: number): Verdict {
    if (this.flaws[at] !== null) return "broken"
    if (this.unseen(at) !== null) return "open"
    const verdict = this.verdicts[at]!
    return verdict === "open" ? Feasibility.verdictOf(this.slos[at]!, this.values[at]!, usualWrong) : verdict
  }

  /** Every SLO holds with its 95 % interval, or was broken by no run. */
  get meets(): boolean {
    return !this.fails && this.results.every(({ verdict }) => verdict === "holds" || verdict === "unbroken")
  }

  /** Which SLO it does not meet, and why; null where it is not known to fail one. */
  get broke(): string | null {
    const at = this.verdicts.indexOf("broken")
    if (at < 0) return null
    const [slo, flaw] = [this.slos[at]!, this.flawOf(at)]
    return flaw === null ? slo.text : `${slo.text}: ${flaw}`
  }

  /** By how much it misses the SLOs, as the greatest share of a limit; Infinity where a run proves nothing. */
  get miss(): number {
    const misses = this.slos.map((slo, at) => {
      const value = estimate(this.values[at]!)
      return value === null || this.flawOf(at) !== null ? Infinity : Feasibility.missOf(slo, value.mean)
    })
    return Math.max(0, ...misses)
  }
}
