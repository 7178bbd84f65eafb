import type { Fleet } from "@ebb/core/fleet/Fleet"
import type { Check, RunnerDriver } from "@ebb/core/fleet/FleetPort"
import type { Request, Runner } from "@ebb/core/tables/Records"
import * as Orphans from "@ebb/processes/Orphans"
import * as Ports from "@ebb/processes/Ports"
import { type ProcessGroup, spawn } from "@ebb/processes/ProcessGroup"
import * as Ready from "@ebb/processes/Ready"
import { type Attempt, attemptOf } from "../../kernel/Attempt.ts"
import type { RunnerFault, RunnerProcesses } from "../../kernel/LiveDriver.ts"
import type { LiveRequest } from "../../kernel/LiveRequest.ts"
import type { LiveRunner, Place } from "../../kernel/LiveRunner.ts"
import * as Told from "../../kernel/Told.ts"
import type { World } from "../../kernel/World.ts"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import * as Checks from "./Checks.ts"
import { Kernel } from "../../kernel/Kernel.ts"
import { Processes, type RevisionSource } from "../../kernel/Processes.ts"
import { Directory } from "../../store/DataDirectory.ts"
import { Effect, Layer } from "effect"
import * as Command from "./Command.ts"
import { Leftovers } from "./Leftovers.ts"
import { ProcessMark } from "./ProcessMark.ts"
import * as Proxy from "./Proxy.ts"
import { Run } from "./Run.ts"
import * as ShellProcess from "./ShellProcess.ts"

/** So long a broken exchange waits for the exit that may explain it, and an exit for answers still on their way. */
const exitGraceMs = 200
const lastAnswersMs = 1000
/** In wall milliseconds, between the checks of one that is starting. */
const betweenFirstChecksMs = 20

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const failedOf =
  ({ logs }: LiveRunner) =>
  (error: unknown): void =>
    logs.add("ERROR", reasonOf(error))

interface Needs {
  readonly world: World
  readonly command: Command.Command
  readonly leftovers: Leftovers
  readonly mark: string
  /** The process of each runner that has one. */
  readonly runs: Map<LiveRunner, Run>
}

/** The runners of one revision as real processes: signals, requests and checks for real, every decision the Fleet's. */
class ProcessRunners implements RunnerDriver {
  private readonly world: World
  private readonly command: Command.Command
  private readonly leftovers: Leftovers
  private readonly mark: string
  private readonly runs: Map<LiveRunner, Run>

  constructor({ command, leftovers, mark, runs, world }: Needs) {
    this.world = world
    this.command = command
    this.leftovers = leftovers
    this.mark = mark
    this.runs = runs
  }

  start(runner: Runner): void {
    const live = this.liveOf(runner)
    const run = new Run()
    this.runs.set(live, run)
    void this.bringUp(live, run)
  }

  private liveOf(runner: Runner): LiveRunner {
    return this.world.runners.of(runner)!
  }

  private runOf(runner: Runner): Run | null {
    return this.runs.get(this.liveOf(runner)) ?? null
  }

  private async bringUp(runner: LiveRunner, run: Run): Promise<void> {
    try {
      const port = await Ports.draw()
      if (run.givenUp.signal.aborted) return
      run.port = port
      this.tell(runner, (fleet, nowMs, { epoch, slot }) => fleet.placed(nowMs, slot, epoch, true))
      run.group = this.spawn(runner, port)
      const { group } = run
      void group.exited.then(({ code, signal }) => this.exited(runner, run, group, code ?? signal))
      const { readyPath } = this.command
      const ready = readyPath === null ? { tcp: true } : { path: readyPath }
      run.address = await Ready.wait({ group: run.group, port, ready, signal: run.givenUp.signal })
      await this.firstCheck(runner, run, run.address)
    } catch (error) {
      return this.notStarted(runner, run, error)
    }
    this.tell(runner, (fleet, nowMs, { epoch, slot }) => fleet.ready(nowMs, slot, epoch))
  }

  private spawn(runner: LiveRunner, port: number): ProcessGroup {
    const { command, cwd, env } = this.command
    runner.logs.add("INFO", `starting ${command.join(" ")} on port ${port}`)
    return spawn({
      command,
      cwd,
      env: { ...env, ...runner.variables },
      port,
      mark: this.mark,
      runner: runner.id,
      onLine: (stream, line) => runner.logs.add(stream.toUpperCase(), line)
    })
  }

  /** The first health check is part of the start (platform rule 2.3). */
  private async firstCheck(runner: LiveRunner, run: Run, address: Ready.Address): Promise<void> {
    const { healthCheck } = runner.revision.inFleet.settings
    if (healthCheck === null) return
    while (!(await Checks.health(address, healthCheck, this.within(healthCheck.timeoutSeconds * 1000)))) {
      await after(this.world, betweenFirstChecksMs * this.world.clock.speed)
      run.givenUp.signal.throwIfAborted()
    }
  }

  /** A process that ended is told of by its exit; everything else is a failed start. */
  private notStarted(runner: LiveRunner, run: Run, error: unknown): void {
    if (run.givenUp.signal.aborted || run.group?.exit !== undefined) return
    runner.logs.add("ERROR", `the start failed: ${reasonOf(error)}`)
    this.tell(runner, (fleet, nowMs, { epoch, slot }) => fleet.startFailed(nowMs, slot, epoch))
  }

  private async exited(runner: LiveRunner, run: Run, group: ProcessGroup, how: number | string | null): Promise<void> {
    const ended = `the process ended (${typeof how === "number" ? `exit code ${how}` : how})`
    runner.logs.add(run.isTold ? "INFO" : "ERROR", run.isTold ? ended : `${ended} though nobody had told it to`)
    run.givenUp.abort()
    // What a command leaves behind ends with it, as with a container: children in sessions of their own too.
    await this.leftovers.end(group).catch(failedOf(runner))
    // Its last answers may still be on their way through the sockets that it closed.
    await Promise.race([Promise.all(run.open), Bun.sleep(lastAnswersMs)])
    this.gone(runner)
  }

  private gone(runner: LiveRunner): void {
    this.runs.delete(runner)
    this.tell(runner, (fleet, nowMs, { epoch, slot }) => fleet.exited(nowMs, slot, epoch))
    if (runner.endedAtMs !== null) runner.logs.end()
  }

  private tell({ place }: LiveRunner, what: (fleet: Fleet, nowMs: number, place: Place) => void): void {
    if (place !== null) this.world.tell((fleet, nowMs) => what(fleet, nowMs, place))
  }

  send(request: Request, runner: Runner): void {
    const run = this.runOf(runner)
    const live = this.world.requests.of(request)
    const attempt = attemptOf(request)
    if (run === null || run.address === null) return
    const exchange =
      live.session !== null
        ? live.session.connect(run.address, attempt)
        : this.exchange(run, run.address, this.liveOf(runner), live, attempt)
    run.open.add(exchange)
    void exchange.finally(() => run.open.delete(exchange))
  }

  private async exchange(
    run: Run,
    address: Ready.Address,
    runner: LiveRunner,
    request: LiveRequest,
    { epoch, slot }: Attempt
  ): Promise<void> {
    const ended = await this.ended(run, address, runner, request)
    if (ended.how === "broken") {
      // Where the process itself is ending, its exit says what became of the request.
      await Promise.race([run.group?.exited, Bun.sleep(exitGraceMs)])
      if (run.group === null || !run.group.isRunning) return
      return this.world.tell((fleet, nowMs) => fleet.broken(nowMs, slot, epoch, ended.by))
    }
    this.world.tell((fleet, nowMs) => {
      if (fleet.state.requests.find(slot, epoch) === null) return
      request.answer = ended.answer
      fleet.answer(nowMs, slot, epoch, ended.status, ended.control)
    })
  }

  /** What fails in the sandbox itself breaks the exchange: its request would wait for ever. */
  private async ended(
    run: Run,
    address: Ready.Address,
    runner: LiveRunner,
    request: LiveRequest
  ): Promise<Proxy.Ended> {
    try {
      return await Proxy.exchange(address, request, runner, () => run.held)
    } catch (error) {
      Told.logFault(request, error)
      request.abort?.()
      return { how: "broken", by: "incomplete" }
    }
  }

  cancel(request: Request, runner: Runner): void {
    const address = this.runOf(runner)?.address ?? null
    if (address !== null) Proxy.tellCancel(address, this.world.requests.of(request))
  }

  terminate(runner: Runner): void {
    const run = this.runOf(runner)
    // A second signal would mean "at once" to many a server.
    if (run === null || run.isTold) return
    run.isTold = true
    if (run.group !== null) this.leftovers.terminate(run.group, this.command.stopSignal, failedOf(this.liveOf(runner)))
  }

  kill(runner: Runner): void {
    const run = this.runOf(runner)
    if (run === null) return
    run.givenUp.abort()
    run.isTold = true
    const live = this.liveOf(runner)
    if (run.group !== null) return this.leftovers.kill(run.group, failedOf(live))
    // Nothing was started yet. The Fleet must not be called while it calls.
    queueMicrotask(() => this.gone(live))
  }

  check(runner: Runner, check: Check, limitMs: number): void {
    const { epoch, slot } = runner
    const address = this.runOf(runner)?.address ?? null
    if (address === null) return
    void this.passes(runner, address, check, limitMs).then((ok) =>
      this.world.tell((fleet, nowMs) => fleet.checked(nowMs, slot, epoch, check, ok))
    )
  }

  private passes(runner: Runner, address: Ready.Address, check: Check, limitMs: number): Promise<boolean> {
    const { healthCheck } = this.liveOf(runner).revision.inFleet.settings
    const limit = this.within(limitMs)
    if (check === "tcp" || healthCheck === null) return Checks.tcp(address, limit)
    return Checks.health(address, healthCheck, limit)
  }

  /** A check is of a process, so its limit is in wall time. */
  private within(limitMs: number): (over: () => void) => () => void {
    const { clock, pacer } = this.world
    return (over) => pacer.limit(clock.nowMs() + limitMs * clock.speed, over)
  }

  close(session: Request, code: number): void {
    this.world.requests.of(session).session?.close(code)
  }

  runnerChanged(runner: Runner): void {
    if (runner.state !== RunnerState.TERMINATED) return
    const live = this.world.runners.of(runner)
    if (live !== null && !this.runs.has(live)) live.logs.end()
  }
}

/** Fleet milliseconds from now; never, with null. */
const after = ({ clock, pacer }: World, ms: number | null): Promise<void> => {
  if (ms === null) return new Promise(() => {})
  return new Promise((resolve) => pacer.at(clock.nowMs() + ms, () => resolve()))
}

type Shared = Pick<Needs, "world" | "leftovers" | "mark">

const fault = ({ leftovers, world }: Shared, live: LiveRunner, run: Run, { do: what, forMs }: RunnerFault): void => {
  if (run.group === null) return
  if (what === "crash") return leftovers.kill(run.group, failedOf(live))
  if (what === "slow") {
    run.held = after(world, forMs)
    return
  }
  run.group.freeze()
  if (forMs !== null) void after(world, forMs).then(() => run.group?.thaw())
}

/** The processes of one revision. */
const processesOf = (shared: Shared, command: Command.Command): RunnerProcesses => {
  const { mark, world } = shared
  const runs = new Map<LiveRunner, Run>()
  return {
    runners: new ProcessRunners({ ...shared, command, runs }),
    stopSignal: command.stopSignal,
    fault: (_nowMs, runner, what) => {
      const live = world.runners.of(runner)!
      const run = runs.get(live)
      if (run !== undefined) fault(shared, live, run, what)
    },
    answerOf: () => null,
    shell: (runner, words, terminal) => {
      const live = world.runners.find(runner.id)
      const port = (live === null ? undefined : runs.get(live))?.port ?? null
      return ShellProcess.open(runner, { ...command, mark, port }, words, terminal)
    }
  }
}

/** Runs runners as processes where their spec says so; `areAllowed`: else every runner is simulated. */
export const layer = (areAllowed: boolean) =>
  Layer.effect(
    Processes,
    Effect.gen(function* () {
      const { path } = yield* Directory
      const mark = yield* ProcessMark
      const { world } = yield* Kernel
      const leftovers = new Leftovers()
      // Before whoever carries the mark is killed: of what it noted nothing else may tell.
      yield* Effect.addFinalizer(() => Effect.ignore(Effect.tryPromise(() => leftovers.close())))
      const of = (revision: RevisionSource): RunnerProcesses | null => {
        const command = areAllowed ? Command.of(revision, path) : null
        return command === null ? null : processesOf({ leftovers, mark, world }, command)
      }
      return { areAllowed, of, areRunning: () => leftovers.areThere || Orphans.find(mark).length > 0 }
    })
  )
