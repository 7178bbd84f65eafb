import { report } from "@ebb/sim/experiment/Experiment"
import * as Format from "@ebb/text/Format"
import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"
import type { Mode, RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import { CommandFailed } from "../../kit/Errors.ts"
import type { Io } from "../../kit/Io.ts"
import { Output } from "../../kit/Output.ts"
import * as Progress from "../../kit/Progress.ts"

/** So many live runs share the machine at once; each has a sandbox of its own. */
const runsAtOnce = 10

const secondMs = 1000

/** When it is interrupted it waits until what was begun has put away what it made. */
const toItsEnd = <A>(begin: (controller: AbortController) => Promise<A>): Effect.Effect<A, unknown> =>
  Effect.suspend(() => {
    const controller = new AbortController()
    const running = begin(controller)
    const broken = async (): Promise<void> => {
      controller.abort()
      await running.catch(() => {})
    }
    return Effect.tryPromise({ try: () => running, catch: (because) => because }).pipe(
      Effect.onInterrupt(() => Effect.promise(broken))
    )
  })

/** What is to be put away should the process end now: one listener, however many runs there are. */
const putAwayAtExit = (io: Io) => {
  const all = new Set<() => void>()
  const forget = io.beforeExit(() => {
    for (const putAway of all) putAway()
  })
  const beforeExit = (putAway: () => void) => {
    all.add(putAway)
    return () => void all.delete(putAway)
  }
  return { beforeExit, forget }
}

/** Runs a spec under its modes and seeds in real time; as the virtual experiment reports it. */
export const run = Effect.fnUntraced(function* (spec: RehearsalSpec, folder: string) {
  const { io } = yield* Output
  const LiveRun = yield* Effect.promise(() => import("@ebb/runtime/rehearsal/LiveRun"))
  const startMs = performance.now()
  const jobs = jobsOf(spec)
  const rounds = Math.ceil(jobs.length / runsAtOnce)
  yield* announce(spec, jobs.length, rounds)
  const totalSeconds = Math.ceil((rounds * spec.run.forMs) / secondMs)
  const passedSeconds = () => Math.round((performance.now() - startMs) / secondMs)
  const progress = Progress.make(io, () => performance.now(), "s")
  const { beforeExit, forget } = putAwayAtExit(io)
  let requests = 0
  const tick = setInterval(() => progress.report(passedSeconds(), totalSeconds, requests), secondMs)
  const one = ({ mode, seed }: (typeof jobs)[number]) =>
    toItsEnd(({ signal }) => LiveRun.run({ spec, folder, mode, seed, speed: 1, signal, beforeExit })).pipe(
      Effect.mapError(
        (because) =>
          new CommandFailed({ text: `The live run of ${mode}, seed ${seed}, broke off: ${because}`, because })
      ),
      Effect.map((measures) => {
        requests += measures.requests.accepted
        return { mode, measures }
      })
    )
  const done = yield* Effect.forEach(jobs, one, { concurrency: runsAtOnce }).pipe(
    Effect.ensuring(
      Effect.sync(() => {
        clearInterval(tick)
        forget()
        progress.clear()
      })
    )
  )
  const runs = new Map<Mode, Array<RunMeasures>>(spec.run.modes.map((mode) => [mode, []]))
  for (const { measures, mode } of done) runs.get(mode)?.push(measures)
  return { report: report(spec, runs, spec.run.seeds), requests, elapsedMs: performance.now() - startMs }
})

const clock = (atMs: number): string => new Date(atMs).toTimeString().slice(0, 5)

/** How long it is going to take, before it begins: real time cannot be hurried. */
const announce = Effect.fnUntraced(function* ({ run: { forMs } }: RehearsalSpec, runs: number, rounds: number) {
  const { io, note } = yield* Output
  const totalMs = rounds * forMs
  const atOnce = Math.min(runs, runsAtOnce)
  const what = `${Format.counted(runs, "run")} of ${Format.duration(forMs)}, ${atOnce} at once`
  const until = clock(io.nowMs() + totalMs)
  yield* note(
    `In real time: ${what}. This takes ${Format.duration(totalMs)}, until ${until}. For more: --for, --seeds\n`
  )
})

const jobsOf = ({ run: { modes, seed, seeds } }: RehearsalSpec) =>
  Array.from({ length: seeds }, (_, n) => seed + n).flatMap((one) => modes.map((mode) => ({ mode, seed: one })))
