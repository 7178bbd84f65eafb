import * as Orphans from "@ebb/processes/Orphans"
import * as Random from "@ebb/sim/workload/Random"
import { RunRecord } from "@ebb/sim/measure/RunRecord"
import * as RunMeasures from "@ebb/sim/measure/RunMeasures"
import { specOfSeed } from "@ebb/sim/spec/SpecOfSeed"
import { commandOf } from "@ebb/sim/experiment/Simulation"
import type { Mode, RehearsalSpec } from "@ebb/sim/spec/Spec"
import { faultTargets } from "@ebb/sim/world/FaultTargets"
import * as Workload from "@ebb/sim/workload/Workload"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Kernel, type LiveFleet } from "../kernel/Kernel.ts"
import { ProcessMark } from "../runners/process/ProcessMark.ts"
import { onLoopback, Server } from "../Server.ts"
import { Traffic } from "./Traffic.ts"

/** What a live run is a run of. `folder`: where the paths of the spec start. `speed`: of the clock. */
export interface LiveRunOptions {
  readonly spec: RehearsalSpec
  readonly folder: string
  readonly mode: Mode
  readonly seed: number
  readonly speed: number
  readonly signal: AbortSignal
  /** Told what to do should the process end before the run does; the answer takes it back. */
  readonly beforeExit: (putAway: () => void) => () => void
}

const start = (options: LiveRunOptions, data: string): Promise<Server> => {
  const { folder, seed, spec, speed } = options
  // The stages of a runner are drawn from the seed of the run, as in virtual time.
  const text = { ...spec.text, run: { ...spec.text.run, seed } }
  return Server.start({
    data,
    speed,
    allowProcesses: true,
    ...onLoopback,
    page: () => null,
    specs: [{ file: "spec", folder, text: JSON.stringify(text) }],
    empty: true
  })
}

/** What was measured would not be of a rollout: this machine has too much else to do. */
class RolloutUnanswered extends Error {
  override readonly message = "it was over before its rollout was answered; this machine is too busy for it"
}

/** One run in real time: a sandbox of its own, its requests over HTTP, its rollouts over the REST API. */
class LiveRun {
  private readonly options: LiveRunOptions
  private readonly kernel: LiveFleet
  private readonly record: RunRecord
  private readonly traffic: Traffic
  private readonly timers: Array<() => void> = []
  /** Rollouts that were asked for and not answered yet. */
  private unanswered = 0
  /** Breaks the run off, if it is not over. */
  private fail: (reason: unknown) => void = () => {}

  constructor(given: LiveRunOptions, server: Server) {
    const { mode, seed } = given
    const { laterMs, spec } = specOfSeed(given.spec, seed)
    const kernel = server.get(Kernel)
    const { measurable, world } = kernel
    this.options = { ...given, spec }
    this.kernel = kernel
    this.record = new RunRecord({
      fleet: world.fleet,
      spec,
      mode,
      laterMs,
      runners: {
        remainingMs: (nowMs, request) => {
          const isSimulated = world.apps[0]!.revisions[0]!.processes === null
          return isSimulated ? measurable.timeline.runners.remainingMs(nowMs, request) : null
        }
      },
      runnerName: (number) => world.runners.numbered(number)?.id ?? `runner-${number}`
    })
    measurable.measured = {
      settled: (request) => this.record.settled(request),
      runnerChanged: (runner) => this.record.runnerChanged(runner),
      killed: (runner) => this.record.killed(runner),
      submitted: (nowMs) => this.record.meter.submitted(nowMs)
    }
    this.traffic = new Traffic(server, Workload.open(spec.traffic, Random.make(seed)))
  }

  async run(): Promise<RunMeasures.RunMeasures> {
    const { mode, spec } = this.options
    for (const fault of spec.faults.plan) this.at(fault.atMs, () => this.strike(fault))
    const { forMs, rolloutAtMs } = this.record.bounds
    if (mode === "none") this.at(rolloutAtMs, (nowMs) => this.record.note(nowMs))
    else for (const [index, rollout] of spec.rollouts.entries()) this.planRollout(rollout, index === 0)
    this.sampleAt(this.record.meter.nextSampleMs)
    const traffic = this.traffic.run(forMs)
    await this.until(forMs)
    if (this.unanswered > 0) throw new RolloutUnanswered()
    this.traffic.stop()
    const measures = this.kernel.world.input((fleet) => {
      fleet.state.nowMs = forMs
      this.record.meter.sample(forMs)
      return RunMeasures.of(this.record)
    })
    for (const cancel of this.timers) cancel()
    await traffic
    return measures
  }

  private at(atMs: number, run: (nowMs: number) => void): void {
    this.timers.push(this.kernel.world.pacer.at(atMs, run))
  }

  private until(atMs: number): Promise<void> {
    const { signal } = this.options
    signal.throwIfAborted()
    const { promise, reject, resolve } = Promise.withResolvers<void>()
    this.fail = reject
    const broken = () => reject(signal.reason)
    signal.addEventListener("abort", broken, { once: true })
    this.at(atMs, () => {
      signal.removeEventListener("abort", broken)
      resolve()
    })
    return promise
  }

  private sampleAt(atMs: number): void {
    if (atMs > this.record.bounds.forMs) return
    this.at(atMs, (nowMs) => {
      this.record.meter.sample(nowMs)
      this.sampleAt(this.record.meter.nextSampleMs)
    })
  }

  private planRollout(rollout: RehearsalSpec["rollouts"][number], isFirst: boolean): void {
    const { force, order } = commandOf(rollout.mode ?? this.options.mode)
    this.at(rollout.atMs, (nowMs) => {
      if (isFirst) this.record.note(nowMs)
      this.rollOut(force ? { force } : { order }).catch((reason) => this.fail(reason))
    })
  }

  private async rollOut(command: object): Promise<void> {
    this.unanswered++
    await this.traffic.api("POST", "rollouts", command)
    this.unanswered--
    this.record.rolledOut(this.kernel.state.rollouts)
    this.record.meter.noteSlots()
  }

  private strike(fault: RehearsalSpec["faults"]["plan"][number]): void {
    const { operations, state, world } = this.kernel
    for (const runner of faultTargets(state.apps[0]!, fault.runner)) {
      const live = world.runners.of(runner)
      if (live !== null) operations.fault(live, { do: fault.do, forMs: fault.forMs })
    }
  }
}

/**
 * Runs a spec under one mode and seed in real time; the same measures as in virtual time. When the signal fires it breaks
 * off; whether it does or not, its sandbox is down and its folder gone when it is over.
 */
export const run = async (options: LiveRunOptions): Promise<RunMeasures.RunMeasures> => {
  const data = mkdtempSync(join(tmpdir(), "ebb-live-"))
  let server: Server | null = null
  const remove = () => rmSync(data, { recursive: true, force: true })
  const forget = options.beforeExit(() => {
    if (server !== null) Orphans.killNow(server.get(ProcessMark))
    remove()
  })
  try {
    server = await start(options, data)
    return await new LiveRun(options, server).run()
  } finally {
    await server?.stop()
    remove()
    forget()
  }
}
