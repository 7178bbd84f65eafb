// A world of one's own: a Fleet that decides, a function in place of each runner, and the wall clock. Runs on Bun, Deno and Node.
import {
  App,
  Fleet,
  type FleetPort,
  plainSubmission,
  Request,
  type RolloutReport,
  RolloutReports,
  RunnerState
} from "@ebb/core"

/** What this world hangs on a request: the Fleet gives it back whenever it speaks of that request. */
interface Call {
  readonly payload: string
  readonly answered: (body: string) => void
  body: string
}

const ignore = (): void => {}
const now = (): number => performance.now()
const timers = new Set<ReturnType<typeof setTimeout>>()
const later = (run: () => void, afterMs = 0): void => void timers.add(setTimeout(run, Math.max(0, afterMs)))

/** Answers; at the first attempt "wait" is held until it is let go, and "hang" for ever. */
let letGo = ignore
const held = new Promise<void>((resolve) => (letGo = resolve))
const serve = async (payload: string, attempt: number): Promise<void> => {
  if (attempt === 1 && payload === "wait") await held
  if (attempt === 1 && payload === "hang") await new Promise(ignore)
}

const finished = new Map<number, () => void>()

/** Does what the Fleet asks for. What comes of it goes back into the Fleet as an input, later. */
const port: FleetPort.FleetPort = {
  start: ({ epoch, slot }) =>
    later(() => {
      fleet.placed(now(), slot, epoch, true)
      fleet.ready(now(), slot, epoch)
    }),
  send: ({ attempts, cargo, epoch, slot }, { number }) => {
    const call = cargo as Call
    const body = `${call.payload}, by runner ${number} at attempt ${attempts}`
    void serve(call.payload, attempts).then(() => {
      call.body = body
      fleet.answer(now(), slot, epoch, 200)
    })
  },
  runnerChanged: ({ epoch, slot, state }) => {
    if (state === RunnerState.RunnerState.TERMINATING) later(() => fleet.exited(now(), slot, epoch))
  },
  settle: ({ cargo }) => (cargo as Call).answered((cargo as Call).body),
  wake: (kind, slot, epoch, atMs) => later(() => fleet.timer(now(), kind, slot, epoch), atMs - now()),
  rolloutChanged: ({ number }, how) => {
    if (how === "finished") later(() => finished.get(number)?.())
  },
  cancel: ignore,
  terminate: ignore,
  kill: ignore,
  check: ignore,
  close: ignore,
  deployChanged: ignore
}

const fleet = new Fleet(port, { exitsReported: false })
const scaling = { ...App.defaultScaling, minConcurrency: 1 }
const app = fleet.addApp(now(), { team: "me", env: "main", name: "echo", scaling, revision: App.defaultRevision })

const call = (payload: string, kind: Request.RequestKind): Promise<string> =>
  new Promise((answered) => fleet.submit(now(), app, plainSubmission(kind), { payload, answered, body: "" }))

const rollOut = async (force: boolean): Promise<RolloutReport.RolloutReport> => {
  const [rollout] = fleet.rollout(now(), app, { force, order: null })
  if (rollout!.finishedAtMs === null) await new Promise<void>((done) => finished.set(rollout!.number, done))
  const prices = { currency: "USD", rates: {} }
  return RolloutReports.make(fleet.state, rollout!, { prices, runnerName: String, nowMs: now() })
}

console.log(await call("hello", Request.RequestKind.direct))

const waiting = call("wait", Request.RequestKind.direct)
const graceful = rollOut(false)
letGo()
const { inFlight } = await graceful
console.log(await waiting)
console.log(`graceful: ${inFlight.atStart} in flight, ${inFlight.drained} drained`)

const queued = call("hang", Request.RequestKind.queued)
const forced = await rollOut(true)
console.log(`force: ${forced.inFlight.atStart} in flight, ${forced.inFlight.retried} retried`)
console.log(await queued)
for (const timer of timers) clearTimeout(timer)
